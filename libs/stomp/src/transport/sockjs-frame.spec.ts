import { describe, expect, it } from 'vitest';
import {
  TextDecoderOverMessages,
  TextQuoter,
  closeFrame,
  messagesFrame,
  parseMessages,
  quoteText,
} from './sockjs-frame.js';

describe('SockJS frames', () => {
  it('escapes what browsers and proxies change, and nothing else (fact 91)', () => {
    const fragile = (code: number): boolean =>
      (code >= 0x200c && code <= 0x200f) ||
      (code >= 0x2028 && code <= 0x202f) ||
      (code >= 0x2060 && code <= 0x206f) ||
      code >= 0xfff0 ||
      (code >= 0xd800 && code <= 0xdfff);
    const units = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code));
    expect(units.filter((unit) => JSON.parse(quoteText(unit)) !== unit)).toEqual([]);
    const wrong = units.filter((unit, code) => {
      const escaped = `"\\u${code.toString(16).padStart(4, '0')}"`;
      return quoteText(unit) !== (fragile(code) ? escaped : JSON.stringify(unit));
    });
    expect(wrong).toEqual([]);
    expect(quoteText('😀é')).toBe('"\\ud83d\\ude00é"');
  });

  it('frames messages and ends', () => {
    expect(messagesFrame(['"a"', '"b"'])).toBe('a["a","b"]');
    expect(closeFrame(1002, 'a "b"')).toBe('c[1002,"a \\"b\\""]');
  });

  it('quotes a frame once, and the next one anew', () => {
    const quoter = new TextQuoter();
    const ascii = Buffer.from('SEND\n\n\0');
    expect(quoter.quoted(ascii)).toBe('"SEND\\n\\n\\u0000"');
    expect(quoter.quoted(ascii)).toBe('"SEND\\n\\n\\u0000"');
    expect(quoter.quoted(Buffer.from('😀'))).toBe('"\\ud83d\\ude00"');
    expect(quoter.quoted(Buffer.from([0x61, 0xff]))).toBe('"a\\ufffd"');
  });

  it.each([
    ['["a","b"]', 'ab'],
    ['[]', ''],
    ['[1,"a",null,["x"],{}]', 'a'],
    [' ["\\ud83d\\ude00"] ', '😀'],
    ['"a"', undefined],
    ['{"0":"a"}', undefined],
    ['null', undefined],
    ['["a"', undefined],
    ['', undefined],
  ])('reads %s', (json, text) => {
    expect(parseMessages(json)).toBe(text);
  });

  it('does not fail on deep nesting', () => {
    expect(parseMessages('['.repeat(60_000))).toBeUndefined();
    expect(parseMessages('['.repeat(60_000) + ']'.repeat(60_000))).toBe('');
  });

  it('joins surrogate halves over messages at every split', () => {
    const text = 'a😀b𝄞c';
    for (let at = 0; at <= text.length; at += 1) {
      const decoder = new TextDecoderOverMessages();
      const bytes = Buffer.concat([decoder.bytes(text.slice(0, at)), decoder.bytes(''), decoder.bytes(text.slice(at))]);
      expect(bytes.toString('utf8')).toBe(text);
    }
    const lone = new TextDecoderOverMessages();
    expect(Buffer.concat([lone.bytes('a\ud83d'), lone.bytes('b')]).toString()).toBe('a\ufffdb');
  });
});
