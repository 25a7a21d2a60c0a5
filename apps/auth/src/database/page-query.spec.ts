import { describe, expect, it } from 'vitest';
import { prefixPattern } from './page-query.js';

describe('prefixPattern', () => {
  it('lets nothing in a prefix be a wild card or an escape', () => {
    expect(prefixPattern('ann')).toBe('ann%');
    expect(prefixPattern('a_b%c!d')).toBe('a!_b!%c!!d%');
    expect(prefixPattern('a\\b')).toBe('a\\b%');
    expect(prefixPattern('')).toBe('%');
  });
});
