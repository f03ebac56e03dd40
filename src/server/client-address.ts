/**
 * Whose connection this is, as the limits count it. Pure. Guarantees that `X-Forwarded-For` is believed only as far as
 * trusted proxies wrote it: it is read from the right, and what stands left of the first stranger is the stranger's own
 * invention. IPv4 comes as four numbers however it was written; an IPv6 client is its /64, since whoever has one address
 * of it has them all.
 */

import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** The headers of a request; a name may come several times. */
export interface HeaderList {
  forEach(visit: (name: string, value: string) => void): void;
}

export interface ClientAddresses {
  /** `peer` is the address at the other end of the TCP connection. */
  of(peer: string, headers: HeaderList): string;
  /** Whether that is one of our proxies, with many clients behind it. */
  isTrusted(peer: string): boolean;
}

/** The other end of a TCP connection, as uWebSockets.js tells it; empty once the connection is gone. */
export function peerOf(connection: { getRemoteAddressAsText(): ArrayBuffer }): string {
  return Buffer.from(connection.getRemoteAddressAsText()).toString('latin1');
}

/** `trustedProxies` are addresses and networks such as `10.0.0.0/8`; throws where one is neither. */
export function createClientAddresses(trustedProxies: readonly string[]): ClientAddresses {
  const trusted = new BlockList();
  for (const text of trustedProxies) addNetwork(trusted, text);

  const trusts = (address: string) => trusted.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
  return {
    of(peer, headers) {
      let address = plainAddress(peer) ?? peer;
      if (trustedProxies.length === 0 || !trusts(address)) return countedAs(address);
      for (const hop of forwardedFor(headers).reverse()) {
        const before = addressOfHop(hop);
        if (before === undefined) break; // our proxy passed on what is no address: it is all that we know
        address = before;
        if (!trusts(address)) break;
      }
      return countedAs(address);
    },
    isTrusted(peer) {
      const address = plainAddress(peer);
      return address !== undefined && trusts(address);
    },
  };
}

function addNetwork(list: BlockList, text: string): void {
  const [written = '', bits, ...rest] = text.split('/');
  const address = plainAddress(written);
  const family = address !== undefined && isIPv4(address) ? 'ipv4' : 'ipv6';
  const most = family === 'ipv4' ? 32 : 128;
  const prefix = bits === undefined ? most : Number(bits);
  const isPrefix = bits === undefined || (/^[0-9]{1,3}$/.test(bits) && prefix <= most);
  if (address === undefined || !isPrefix || rest.length > 0) {
    throw new Error('must be a list of addresses and networks, such as 10.0.0.0/8,::1');
  }
  list.addSubnet(address, prefix, family);
}

/** All lines of the header: some proxies add a line of their own below the client's. */
function forwardedFor(headers: HeaderList): string[] {
  const hops: string[] = [];
  headers.forEach((name, value) => {
    if (name === 'x-forwarded-for') hops.push(...value.split(',').map((hop) => hop.trim()));
  });
  return hops;
}

/** Some proxies write the port as well: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function addressOfHop(hop: string): string | undefined {
  const [, bracketed, dotted] = /^(?:\[([^\]]*)\]|([0-9.]+))(?::[0-9]{1,5})?$/.exec(hop) ?? [];
  return plainAddress(bracketed ?? dotted ?? hop);
}

/** IPv4 that is written as IPv6 becomes IPv4; undefined for what is no address. */
function plainAddress(text: string): string | undefined {
  if (isIPv4(text)) return text;
  const [address = ''] = text.split('%'); // a zone is of this machine alone
  if (!isIPv6(address)) return undefined;
  const groups = groupsOf(address);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (!isMapped) return address;
  return groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 0xff])
    .join('.');
}

function countedAs(address: string): string {
  if (!isIPv6(address)) return address;
  const network = groupsOf(address).slice(0, 4);
  return `${network.map((group) => group.toString(16)).join(':')}::/64`;
}

/** The eight numbers of a valid IPv6 address. */
function groupsOf(address: string): number[] {
  const [left = [], right = []] = address.split('::').map(groupsIn);
  const zeros = Array<number>(8 - left.length - right.length).fill(0);
  return [...left, ...zeros, ...right];
}

function groupsIn(text: string): number[] {
  return text.split(':').flatMap((word) => {
    if (word === '') return [];
    if (!word.includes('.')) return [Number.parseInt(word, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = word.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}
