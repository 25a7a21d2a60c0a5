import { describe, expect, it } from 'vitest';
import { cidr, flag, hostPort, integer, listOf, onOff, oneOf, optional, origin, port, rate, url } from './setting.js';

describe('a rate', () => {
  it.each([
    ['50/s burst 300', 50, 300],
    ['120/min burst 1', 2, 1],
    ['600/h burst 200', 1 / 6, 200],
  ])('reads %s', (text, perSecond, burst) => expect(rate(text)).toEqual({ perSecond, burst }));

  it.each(['', '50', '50/s', '50/d burst 3', '0/s burst 3', '5/s burst 0', '-1/s burst 3', '5 /s burst 3'])(
    'refuses %j',
    (text) => expect(() => rate(text)).toThrow('must be a rate'),
  );
});

describe('a number', () => {
  it.each(['0', '8080', '65535'])('port %s', (text) => expect(port(text)).toBe(Number(text)));
  it.each(['-1', '65536', '8080.5', '0x10', 'http', ' 1'])('no port %j', (text) => expect(() => port(text)).toThrow());
  it('keeps to its bounds, both included', () => {
    expect([integer(1, 3)('1'), integer(1, 3)('3')]).toEqual([1, 3]);
    for (const text of ['0', '4', '2.0', '1e0', 'NaN', '']) expect(() => integer(1, 3)(text)).toThrow('from 1 to 3');
  });
});

describe('an address', () => {
  it.each(['http://localhost:5173', 'https://chat.example.org'])('origin %s', (text) =>
    expect(origin(text)).toBe(text),
  );
  it.each(['*', 'localhost:5173', 'http://localhost/', 'http://a.org/x', 'HTTP://A.org', 'ftp://a.org', 'null'])(
    'no origin %j',
    (text) => expect(() => origin(text)).toThrow('must be a list of origins'),
  );
  it.each(['127.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8', '0.0.0.0/0'])('block %s', (text) =>
    expect(cidr(text)).toBe(text),
  );
  it.each(['10.0.0.0/33', '::1/129', 'gateway', '10.0.0.0/8/8', '10.0.0.0/', '10.0.0/8'])('no block %j', (text) =>
    expect(() => cidr(text)).toThrow('CIDR'),
  );
  it('wants a host and a port of a broker', () => {
    expect(hostPort('kafka-1:9092')).toBe('kafka-1:9092');
    expect(() => hostPort('kafka-1')).toThrow('host:port');
  });
  it('wants one of its protocols of a URL', () => {
    expect(url('mysql')('mysql://u:p@h:3306/chatapp')).toContain('chatapp');
    expect(() => url('mysql')('postgres://h/db')).toThrow('mysql://');
    expect(() => url('mysql')('h:3306')).toThrow('mysql://');
  });
});

describe('a choice', () => {
  it('is one of the given ones, in their own case', () => {
    expect(oneOf('a', 'b')('b')).toBe('b');
    expect(() => oneOf('a', 'b')('B')).toThrow('must be one of a, b');
  });
  it('is on or off, 0 or 1', () => {
    expect([onOff('on'), onOff('off'), flag('1'), flag('0')]).toEqual([true, false, true, false]);
    expect(() => onOff('true')).toThrow();
    expect(() => flag('yes')).toThrow();
  });
  it('may be left out when it is optional', () => {
    expect(optional(port)('')).toBeNull();
    expect(() => optional(port)('x')).toThrow();
  });
});

it('a list drops space and empty items, and refuses a wrong one', () => {
  expect(listOf(port)(' 1, 2,,3 ')).toEqual([1, 2, 3]);
  expect(() => listOf(port)('1,x')).toThrow();
});
