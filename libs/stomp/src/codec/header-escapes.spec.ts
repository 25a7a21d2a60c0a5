import { describe, expect, it } from 'vitest';
import { escapeHeader, unescapeHeader } from './header-escapes.js';
import { StompProtocolError } from './stomp-protocol-error.js';

describe('escapeHeader', () => {
  it.each([
    ['1.2', 'value', 'a:b\\c\nd\re', 'a\\cb\\\\c\\nd\\re'],
    ['1.1', 'value', 'a:b\\c\nd\re', 'a\\cb\\\\c\\nd e'],
    ['1.0', 'value', 'a:b\\c\nd\re', 'a:b\\c d e'],
    ['1.0', 'name', 'a:b', 'a b'],
    ['1.2', 'value', 'a\0b', 'a b'],
    ['1.2', 'value', 'plain', 'plain'],
  ] as const)('in %s a %s', (version, part, text, written) => {
    expect(escapeHeader(text, version, part)).toBe(written);
  });

  it('never lets a header of any version end its line', () => {
    for (const version of ['1.0', '1.1', '1.2'] as const) {
      expect(escapeHeader('x\n\nbody\0', version, 'value')).not.toMatch(/[\n\0]/);
    }
  });
});

describe('unescapeHeader', () => {
  it.each([
    ['1.2', 'a\\cb\\\\c\\nd\\re', 'a:b\\c\nd\re'],
    ['1.1', 'a\\cb\\\\c\\nd', 'a:b\\c\nd'],
    ['1.0', 'a\\nb\\t\\', 'a\\nb\\t\\'],
    ['1.2', '\\\\n', '\\n'],
  ] as const)('in %s %j', (version, written, text) => {
    expect(unescapeHeader(written, version)).toBe(text);
  });

  it.each([
    ['1.2', 'a\\tb'],
    ['1.2', 'a\\'],
    ['1.1', 'a\\rb'],
    ['1.1', 'a\\😀'],
  ] as const)('in %s %j is a protocol error', (version, written) => {
    expect(() => unescapeHeader(written, version)).toThrow(StompProtocolError);
  });
});
