import { describe, expect, it } from 'vitest';
import { addressKey, createAddressResolver } from './client-address.js';

describe('the address of a client', () => {
  const resolve = createAddressResolver(['127.0.0.0/8', '::1', '10.1.0.0/16', '192.0.2.9']);

  it.each([
    ['is the peer', '203.0.113.5', undefined, '203.0.113.5'],
    ['is the peer whatever a stranger says', '203.0.113.5', '198.51.100.1', '203.0.113.5'],
    ['is what a trusted proxy says', '127.0.0.1', '203.0.113.5', '203.0.113.5'],
    ['is the rightmost hop that is no proxy', '127.0.0.1', '1.1.1.1, 203.0.113.5, 10.1.2.3', '203.0.113.5'],
    ['is the leftmost when all are proxies', '127.0.0.1', '10.1.0.7, 10.1.2.3', '10.1.0.7'],
    ['is the proxy when it says nothing', '10.1.2.3', undefined, '10.1.2.3'],
    ['is the proxy when it says no address', '10.1.2.3', 'unknown', '10.1.2.3'],
    ['is the last address before one that is none', '127.0.0.1', '1.1.1.1, <x>, 10.1.2.3', '10.1.2.3'],
    ['may be IPv6', '::1', '2001:db8::7', '2001:db8::7'],
    ['is IPv4 inside IPv6', '::ffff:127.0.0.1', '::ffff:203.0.113.5', '203.0.113.5'],
    ['is unknown without a peer', undefined, '203.0.113.5', 'unknown'],
  ])('%s', (_case, peer, forwarded, expected) => expect(resolve(peer, forwarded)).toBe(expected));

  it('is read from a repeated header as one list', () => {
    expect(resolve('127.0.0.1', ['1.1.1.1', '203.0.113.5'])).toBe('203.0.113.5');
  });

  it('is the peer when no proxy is trusted', () => {
    expect(createAddressResolver([])('127.0.0.1', '203.0.113.5')).toBe('127.0.0.1');
  });
});

describe('what an address is counted under', () => {
  it.each([
    ['203.0.113.5', '203.0.113.5'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::6', '2001:db8:1:2'],
    ['2001:DB8:0001:2::6', '2001:db8:1:2'],
    ['2001:db8::6', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['unknown', 'unknown'],
  ])('%s is %s', (address, key) => expect(addressKey(address)).toBe(key));
});
