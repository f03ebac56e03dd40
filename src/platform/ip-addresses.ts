/**
 * Addresses and networks of the internet protocol. Pure. `ipaddr.js` alone also takes `10.1`, `0x7f.1` and `010.0.0.1` for
 * addresses; here an address is only what Node takes for one.
 */

import { isIPv4, isIPv6 } from 'node:net';
import ipaddr, { type IPv4, type IPv6 } from 'ipaddr.js';

export type IpAddress = IPv4 | IPv6;
export type IpNetwork = [address: IpAddress, prefix: number];

/** IPv4 that is written as IPv6 becomes IPv4, and a zone is dropped. Undefined for what is no address. */
export function parseAddress(text: string): IpAddress | undefined {
  if (isIPv4(text)) return ipaddr.parse(text);
  const [address = ''] = text.split('%'); // a zone is of this machine alone
  return isIPv6(address) ? ipaddr.process(address) : undefined;
}

/** `10.0.0.0/8`, or an address, which is a network of one. Undefined for what is neither. */
export function parseNetwork(text: string): IpNetwork | undefined {
  const [written = '', bits, ...rest] = text.split('/');
  const address = parseAddress(written);
  if (address === undefined || rest.length > 0) return undefined;
  const longest = address.kind() === 'ipv4' ? 32 : 128;
  if (bits === undefined) return [address, longest];
  return /^[0-9]{1,3}$/.test(bits) && Number(bits) <= longest ? [address, Number(bits)] : undefined;
}

export function isInNetwork(address: IpAddress, [network, prefix]: IpNetwork): boolean {
  return address.kind() === network.kind() && address.match(network, prefix);
}
