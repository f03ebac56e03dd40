/**
 * Which addresses a request to an address of others may reach. Guarantees that a name is judged by the very addresses that
 * are connected to, after DNS: one that answers with a public address first and a private one later gains nothing.
 */

import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr, { type IPv6 } from 'ipaddr.js';
import { AppError } from './errors.ts';

/** All that IANA gives out for the public: https://www.iana.org/assignments/ipv6-address-space */
const GLOBAL_IPV6: [IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];

/**
 * Whether it is an address of the public internet: none of this machine, a private network, a link, a group, a transition
 * from IPv4 to IPv6, or one kept for examples. An IPv4 address behind NAT64 is judged by itself. False for what is no address.
 */
export function isPublicAddress(text: string): boolean {
  if (isIP(text) === 0) return false;
  const address = ipaddr.parse(text);
  if (address.kind() === 'ipv4') return address.range() === 'unicast';
  if (address.range() === 'rfc6052') return isPublicAddress(address.toByteArray().slice(12).join('.'));
  return address.range() === 'unicast' && address.match(...GLOBAL_IPV6);
}

export type Resolve = (
  hostname: string,
  options: { all: true; family: 0 | 4 | 6 },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * For the option `lookup` of a connection: keeps only what is public, and fails with `address-refused` where nothing is left.
 * A host that is written as an address is not looked up: ask `isPublicAddress` of it before.
 */
export function publicLookup(resolve: Resolve = systemLookup): LookupFunction {
  return (hostname, options, done) => {
    const family = options.family === 4 || options.family === 'IPv4' ? 4 : options.family === 6 ? 6 : 0;
    resolve(hostname, { all: true, family }, (error, addresses) => {
      if (error !== null) return done(error, '');
      const kept = addresses.filter(({ address }) => isPublicAddress(address));
      const [first] = kept;
      if (first === undefined) {
        return done(new AppError('address-refused', 'the host has no public address'), '');
      }
      if (options.all) done(null, kept);
      else done(null, first.address, first.family);
    });
  };
}
