/**
 * All that is decided before an upgrade, in its order: the address's rate, the request, the token, the token's rate, the
 * `sid`, and a place within the limits. Guarantees that nothing but the last step holds anything.
 */

import { ANYBODY, type Authenticate, type Grant } from '../../domain/access.ts';
import type { RequestFault } from '../../server/request-check.ts';
import type { JoinRequest } from '../session.ts';
import type { Sessions } from '../sessions.ts';
import { admit, type Knock } from './admission.ts';
import type { Admitted, Entrance, Refused } from './entrance.ts';

export interface AdmitUpgradeOptions {
  entrance: Entrance;
  authenticate: Authenticate;
  /** Whether a token may stand in the query. */
  queryToken: boolean;
  sessions: Pick<Sessions, 'holder'>;
}

/** What is asked for, and by which request from which address. */
export interface AttemptedUpgrade extends Knock {
  address: string;
  /** What is wrong with the request whatever it asks for. */
  fault: RequestFault | undefined;
}

export interface AdmittedUpgrade extends Admitted {
  request: JoinRequest;
  grant: Grant;
  /** The token's `sub`; undefined without authentication. */
  subject: string | undefined;
}

/** Whoever gets an `AdmittedUpgrade` has to call its `releaseSlot`. */
export async function admitUpgrade(
  attempted: AttemptedUpgrade,
  options: AdmitUpgradeOptions,
): Promise<AdmittedUpgrade | Refused> {
  const { entrance, sessions, ...rules } = options;
  const { address, fault } = attempted;
  const tooFast = await entrance.pace(address);
  if (fault?.endsConnection) {
    return { ...(tooFast ?? { admitted: false, ...fault }), endsConnection: true };
  }
  if (tooFast !== undefined) return tooFast;
  if (fault !== undefined) return { admitted: false, ...fault };
  const known = await admit(attempted, rules);
  if ('refused' in known) return known.refused;
  const { request, grant } = known;
  const tooOften = await entrance.paceToken(grant);
  if (tooOften !== undefined) return tooOften;
  const subject = grant === ANYBODY ? undefined : grant.subject;
  const taken = refuseTakenSid(sessions, request, subject);
  if (taken !== undefined) return taken;
  const replaces = sessions.holder(request)?.releaseSlot;
  const entry = await entrance.admit(address, request, { subject, replaces });
  return entry.admitted ? { ...entry, request, grant, subject } : entry;
}

/** Where a session of another subject has the `sid`. */
export function refuseTakenSid(
  sessions: Pick<Sessions, 'holder'>,
  request: JoinRequest,
  subject: string | undefined,
): Refused | undefined {
  const holder = sessions.holder(request);
  return holder === undefined || holder.subject === subject ? undefined : SID_TAKEN;
}

const SID_TAKEN: Refused = {
  admitted: false,
  reason: 'sid-taken',
  message: 'a session of another subject has this sid',
};
