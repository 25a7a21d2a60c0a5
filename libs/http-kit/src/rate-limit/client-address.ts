import { BlockList, isIP } from 'node:net';

/** IPv4 inside IPv6 as IPv4, so that one client has one name. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** `peer`: the socket's remote address; `forwardedFor`: the header as Node gives it. */
export type AddressResolver = (
  peer: string | undefined,
  forwardedFor: string | readonly string[] | undefined,
) => string;

/**
 * Makes the function that tells a client's address: the rightmost hop of `X-Forwarded-For` that is no trusted proxy, and only when the peer itself
 * is one; else the peer. A hop that is no address ends the search: nothing left of it can be believed.
 */
export function createAddressResolver(trustedProxies: readonly string[]): AddressResolver {
  const trusted = new BlockList();
  for (const block of trustedProxies) {
    const [address = '', bits] = block.split('/');
    const family = familyOf(address);
    trusted.addSubnet(address, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family);
  }
  const isTrusted = (address: string): boolean => isIP(address) !== 0 && trusted.check(address, familyOf(address));
  return (peer = 'unknown', forwardedFor = '') => {
    let client = plain(peer);
    if (forwardedFor.length === 0) return client;
    if (forwardedFor.length === 0) return client;
    const hops = [forwardedFor].flat().join(',').split(',');
    for (const hop of hops.toReversed().map((text) => plain(text.trim()))) {
      if (!isTrusted(client) || isIP(hop) === 0) return client;
      client = hop;
    }
    return client;
  };
}

/** What an address is counted under: IPv6 by its /64, which one household or machine owns as a whole. */
export function addressKey(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros =
    tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0');
  const groups = [...left, ...zeros, ...right].slice(0, 4);
  return groups.map((group) => group.toLowerCase().replace(/^0+(?=.)/, '')).join(':');
}
