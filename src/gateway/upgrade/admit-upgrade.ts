/**
 * All that is decided before an upgrade, in its order: what every request has to pass, then the `sid`, and a place within
 * the limits. Only the last step holds anything.
 */

import type { HttpRequest, HttpResponse } from 'uWebSockets.js';
import { ANYBODY, type Grant, shopOf, shopRefusal } from '../../domain/access.ts';
import type { Authorise, Demands } from '../../server/authorise.ts';
import { type AccessRefusal, refuseAccess } from '../../server/refusal.ts';
import type { JoinRequest } from '../session.ts';
import type { Sessions } from '../sessions.ts';
import { readJoinRequest, type UpgradeRequest } from './join-request.ts';
import type { Places, SessionPlace } from './places.ts';

export interface AdmitUpgradeOptions {
  authorise: Authorise;
  places: Places;
  sessions: Pick<Sessions, 'holder'>;
}

/** Its `releaseSlot` has to be called. */
export interface AdmittedUpgrade extends SessionPlace {
  request: JoinRequest;
  grant: Grant;
  /** The token's `sub`; undefined without authentication. */
  subject: string | undefined;
}

/** To be called in the turn of the request. */
export async function admitUpgrade(
  res: Pick<HttpResponse, 'getRemoteAddressAsText'>,
  req: Pick<HttpRequest, 'forEach'>,
  asked: UpgradeRequest,
  { authorise, places, sessions }: AdmitUpgradeOptions,
): Promise<AdmittedUpgrade | AccessRefusal> {
  const authorised = await authorise(res, req, demandsOf(asked));
  if (!authorised.ok) return authorised;
  const { address, grant, target: request } = authorised;
  const subject = grant === ANYBODY ? undefined : grant.subject;
  const taken = refuseTakenSid(sessions, request, subject);
  if (taken !== undefined) return taken;
  const replaces = sessions.holder(request)?.releaseSlot;
  const place = await places.take(address, request, { subject, replaces });
  return place.ok ? { ...place, request, grant, subject } : place;
}

/** A session joins one shop, and its token has to hold `listen` for it. */
export function demandsOf(asked: UpgradeRequest): Demands<JoinRequest> {
  const query = new URLSearchParams(asked.query);
  const join = readJoinRequest(asked);
  const demands = { kind: 'upgrade', query, scopes: ['listen'] } as const;
  if (typeof join === 'string') {
    return { ...demands, malformed: join, target: () => ({ ok: false, message: join }) };
  }
  const shop = query.get('shop') ?? undefined;
  return {
    ...demands,
    target(grant) {
      const shopId = shopOf(grant, shop);
      if (shopId === undefined) return { ok: false, message: shopRefusal(shop) };
      return { ok: true, target: { ...join, shopId } };
    },
  };
}

/** Where a session of another subject has the `sid`. */
export function refuseTakenSid(
  sessions: Pick<Sessions, 'holder'>,
  request: JoinRequest,
  subject: string | undefined,
): AccessRefusal | undefined {
  const holder = sessions.holder(request);
  if (holder === undefined || holder.subject === subject) return undefined;
  return refuseAccess('sid-taken', 'a session of another subject has this sid');
}
