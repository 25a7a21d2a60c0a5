import { describe, expect, it } from 'vitest';
import { negotiateVersion } from './stomp-version.js';

describe('negotiateVersion', () => {
  it.each([
    ['1.2', '1.2'],
    ['1.0,1.1,1.2', '1.2'],
    ['1.1,1.0', '1.1'],
    ['1.0', '1.0'],
    ['1.1, 1.2', '1.2'],
    [' 1.1 ,2.0', '1.1'],
    ['', '1.0'],
    [undefined, '1.0'],
    ['2.0', undefined],
    ['1.20', undefined],
  ])('%j gives %j', (accept, version) => {
    expect(negotiateVersion(accept)).toBe(version);
  });
});
