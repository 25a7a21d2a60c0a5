import { describe, expect, it } from 'vitest';
import { forUpdate, fromDbTime, orIgnore, orUpdate, placeholders, toDbTime, tuplesIn, valuesList } from './index.js';

describe('SQL that both databases take', () => {
  it('writes lists', () => {
    expect(placeholders(3)).toBe('?,?,?');
    expect(valuesList(2, 2)).toBe('(?,?),(?,?)');
    expect(() => placeholders(0)).toThrow('empty list');
    expect(() => valuesList(0, 2)).toThrow('needs a row');
  });

  it('switches by dialect', () => {
    expect(tuplesIn('sqlite', ['a', 'b'], 2)).toBe('(a,b) IN (VALUES (?,?),(?,?))');
    expect(tuplesIn('mysql', ['a', 'b'], 2)).toBe('(a,b) IN ((?,?),(?,?))');
    expect([forUpdate('sqlite'), forUpdate('mysql')]).toEqual(['', ' FOR UPDATE']);
    expect(orUpdate('sqlite', ['id'], ['a'])).toBe(' ON CONFLICT (id) DO UPDATE SET a=excluded.a');
    expect(orUpdate('mysql', ['id'], ['a', 'b'])).toBe(' ON DUPLICATE KEY UPDATE a=VALUES(a),b=VALUES(b)');
    expect(orIgnore('sqlite', ['a', 'b'])).toBe(' ON CONFLICT (a,b) DO NOTHING');
    expect(orIgnore('mysql', ['a', 'b'])).toBe(' ON DUPLICATE KEY UPDATE a=a');
  });

  it('stores times to the millisecond, in UTC', () => {
    const time = Date.UTC(2026, 10, 22, 10, 15, 30, 7);
    expect(toDbTime(time)).toBe('2026-11-22 10:15:30.007');
    expect(fromDbTime(toDbTime(time)).getTime()).toBe(time);
    expect(fromDbTime(new Date(time)).getTime()).toBe(time);
    expect(() => fromDbTime('yesterday')).toThrow(RangeError);
  });
});
