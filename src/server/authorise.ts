/**
 * The one way in, for HTTP requests and for upgrades: the rate of the address, the request itself, the token with its scope
 * and shop, the rate of the token, in this order. An `Authorised` has passed all of them. What is the gateway's or a route's
 * alone follows after it.
 */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Grant, Scope } from '../domain/access.ts';
import type { Carriers } from '../domain/credentials.ts';
import { type GrantRules, readCallerGrant } from './caller-grant.ts';
import { type CallerRatesOptions, createCallerRates } from './caller-rates.ts';
import { type ClientAddresses, type Connection, peerOf } from './client-address.ts';
import { type HeaderList, headerValues } from './header-values.ts';
import { type AccessRefusal, refuseAccess } from './refusal.ts';
import type { CheckRequest, RequestKind } from './request-check.ts';

export interface AuthoriseOptions extends CallerRatesOptions, GrantRules {
  clients: ClientAddresses;
  check: CheckRequest;
}

/** What a request asks for, and what that takes. */
export interface Demands<Target> {
  kind: RequestKind;
  query: URLSearchParams;
  /** What is wrong with what it asks for, in words. */
  malformed?: string | undefined;
  /** One of these is enough; without any, no token is asked for. */
  scopes: readonly Scope[];
  /** What the caller may act on, as its grant covers shops. */
  target(grant: Grant): { ok: true; target: Target } | { ok: false; message: string };
}

export interface Authorised<Target> {
  ok: true;
  /** As the limits count the caller. */
  address: string;
  grant: Grant;
  target: Target;
}

/** To be called in the turn in which uWebSockets.js hands over the request: after it the headers are gone. */
export type Authorise = <Target>(
  connection: Connection,
  headers: HeaderList,
  demands: Demands<Target>,
) => Promise<Authorised<Target> | AccessRefusal>;

export function createAuthorise({ clients, check, ...options }: AuthoriseOptions): Authorise {
  const rates = createCallerRates(options);

  async function authoriseCaller<Target>(
    address: string,
    carriers: Carriers,
    demands: Demands<Target>,
  ): Promise<Authorised<Target> | AccessRefusal> {
    const granted = await readCallerGrant(carriers, demands, options);
    if (!granted.ok) return granted;
    const { grant } = granted;
    const covered = demands.target(grant);
    if (!covered.ok) return refuseAccess('forbidden', covered.message);
    const tooOften = await rates.countToken(grant, demands.kind);
    return tooOften ?? { ok: true, address, grant, target: covered.target };
  }

  return async (connection, headers, demands) => {
    const { kind, query, malformed } = demands;
    const address = clients.of(peerOf(connection), headers);
    const fault = check(headers, kind);
    const carriers = { ...carriersOf(headers, kind), query };
    const tooFast = await rates.countAddress(address, kind);
    if (fault?.endsConnection) {
      // Within this turn uWebSockets.js goes on with what came in the same packet.
      await nextTurn();
      return { ...(tooFast ?? fault), endsConnection: true };
    }
    const refused = tooFast ?? fault;
    if (refused !== undefined) return refused;
    if (malformed !== undefined) return refuseAccess('invalid', malformed);
    return authoriseCaller(address, carriers, demands);
  };
}

/** A page offers its token among the subprotocols of an upgrade. */
function carriersOf(headers: HeaderList, kind: RequestKind): Omit<Carriers, 'query'> {
  const { authorization, 'sec-websocket-protocol': protocols } = headerValues(headers, [
    'authorization',
    'sec-websocket-protocol',
  ]);
  return kind === 'upgrade' ? { authorization, protocols } : { authorization };
}
