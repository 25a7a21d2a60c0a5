import { AppError } from '@app/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from './json-body.js';

const parse = (text: string): unknown => parseJson(Buffer.from(text));
function codeOf(body: string | Uint8Array): string {
  try {
    parseJson(typeof body === 'string' ? Buffer.from(body) : body);
    return 'accepted';
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
}
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const withKeys = (count: number): string =>
  JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 1])));

describe('a JSON body', () => {
  it('is what it says', () => {
    const values = fc.jsonValue({ maxDepth: 5, noUnicodeString: false });
    fc.assert(
      fc.property(values, (value) => {
        const text = JSON.stringify(value);
        fc.pre(
          !/__proto__|constructor|prototype/.test(text) && !/\p{Surrogate}/u.test(JSON.stringify(JSON.parse(text))),
        );
        expect(parse(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('is no body when it is empty', () => expect(parse('')).toBeUndefined());

  it.each([
    ['half an object', '{"a":1'],
    ['a trailing comma', '{"a":1,}'],
    ['single quotes', "{'a':1}"],
    ['text after it', '{} {}'],
    ['NaN', '{"a":NaN}'],
    ['a raw control character', '{"a":"\u0001"}'],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xc3, 0x28, 0x22])],
    ['UTF-16', Buffer.from('{"a":1}', 'utf16le')],
    ['a lone surrogate in a value', '{"a":"\\ud800"}'],
    ['a lone surrogate in a key', '{"\\udfff":1}'],
    ['a lone surrogate in a list', '[["\\ud800x"]]'],
    ['__proto__', '{"__proto__":{"role":"ADMIN"}}'],
    ['__proto__ spelt in escapes', '{"\\u005f_proto__":1}'],
    ['constructor, deep down', '[{"a":{"constructor":1}}]'],
    ['prototype', '{"prototype":1}'],
  ])('is refused with %s', (_case, body) => expect(codeOf(body)).toBe('BAD_REQUEST'));

  it('may be 20 levels deep', () => {
    expect(codeOf(nested(20))).toBe('accepted');
    expect(codeOf(nested(21))).toBe('BAD_REQUEST');
  });

  it('may have 1,000 keys, wherever they stand', () => {
    expect(codeOf(withKeys(1000))).toBe('accepted');
    expect(codeOf(withKeys(1001))).toBe('BAD_REQUEST');
    expect(codeOf(`[${withKeys(501)},${withKeys(500)}]`)).toBe('BAD_REQUEST');
  });

  it('keeps a pair of surrogates', () => expect(parse('{"a":"\\ud83d\\ude00"}')).toEqual({ a: '😀' }));

  it.each([
    ['deep lists', nested(32_000)],
    ['deep objects', '{"a":'.repeat(12_000)],
    ['a number of 64 KiB', '1'.repeat(65_536)],
    ['many keys', withKeys(6000)],
  ])('made of %s is done in 50 ms', (_case, body) => {
    const times = Array.from({ length: 5 }, () => {
      const start = performance.now();
      codeOf(body);
      return performance.now() - start;
    });
    expect(Math.min(...times)).toBeLessThan(50);
  });
});
