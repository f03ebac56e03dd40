/**
 * The address that the limits count a connection under. Pure. `X-Forwarded-For` counts only as far as trusted proxies wrote
 * it: it is read from the right, and the client may have invented what stands left of the first address that is no proxy.
 * An IPv6 client counts as its /64, since it has all addresses of it.
 */

import { type IpAddress, isInNetwork, parseAddress, parseNetwork } from '../platform/ip-addresses.ts';
import type { HeaderList } from './header-values.ts';

/** One end of a TCP connection, as uWebSockets.js has it. */
export interface Connection {
  getRemoteAddressAsText(): ArrayBuffer;
}

export interface ClientAddresses {
  /** `peer` is the address at the other end of the TCP connection. */
  of(peer: string, headers: HeaderList): string;
  /** Whether that is one of our proxies, with many clients behind it. */
  isTrusted(peer: string): boolean;
}

/** The address at the other end; empty once the connection is gone. */
export function peerOf(connection: Connection): string {
  return Buffer.from(connection.getRemoteAddressAsText()).toString('latin1');
}

/** `trustedProxies` are addresses and networks such as `10.0.0.0/8`; throws where one is neither. */
export function createClientAddresses(trustedProxies: readonly string[]): ClientAddresses {
  const networks = trustedProxies.map(networkOf);
  const isProxy = (address: IpAddress) => networks.some((network) => isInNetwork(address, network));
  return {
    of(peer, headers) {
      let address = parseAddress(peer);
      if (address === undefined) return peer;
      if (!isProxy(address)) return countedAs(address);
      for (const hop of forwardedFor(headers).reverse()) {
        const before = addressOfHop(hop);
        if (before === undefined) break; // our proxy passed on what is no address: nothing further is known
        address = before;
        if (!isProxy(address)) break;
      }
      return countedAs(address);
    },
    isTrusted(peer) {
      const address = parseAddress(peer);
      return address !== undefined && isProxy(address);
    },
  };
}

function networkOf(text: string) {
  const network = parseNetwork(text);
  if (network === undefined) {
    throw new Error('must be a list of addresses and networks, such as 10.0.0.0/8,::1');
  }
  return network;
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
function addressOfHop(hop: string): IpAddress | undefined {
  const [, bracketed, dotted] = /^(?:\[([^\]]*)\]|([0-9.]+))(?::[0-9]{1,5})?$/.exec(hop) ?? [];
  return parseAddress(bracketed ?? dotted ?? hop);
}

/** IPv4 as four numbers, IPv6 as the four groups of its /64. */
function countedAs(address: IpAddress): string {
  if (!('parts' in address)) return address.toString();
  const network = address.parts.slice(0, 4).map((group) => group.toString(16));
  return `${network.join(':')}::/64`;
}
