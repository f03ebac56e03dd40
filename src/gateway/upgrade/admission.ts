/**
 * Who may listen, and to which shop: all that is decided before an upgrade. Guarantees that a session has a grant which
 * covers its shop, and that a refusal repeats nothing of the token.
 */

import {
  type Admission,
  type Authenticate,
  type Grant,
  hasScope,
  shopOf,
  shopRefusal,
} from '../../domain/access.ts';
import { type CredentialRules, readCredentials } from '../../domain/credentials.ts';
import type { JoinRequest } from '../session.ts';
import type { Refused } from './entrance.ts';
import { readJoinRequest, type UpgradeParts } from './join-request.ts';

/** Besides what it asks for, what a request to upgrade shows; empty where it has none. */
export interface Knock extends UpgradeParts {
  /** The header `Authorization`. */
  authorization: string;
}

export interface EntryRules extends CredentialRules {
  authenticate: Authenticate;
}

export type Entry = { request: JoinRequest; grant: Grant } | { refused: Refused };

/** Where the keys are away that a token is checked with. */
const AWAY_SECONDS = 2;

/** Answers at once where there is no token to look into. */
export function admit(knock: Knock, { authenticate, ...rules }: EntryRules): Entry | Promise<Entry> {
  const request = readJoinRequest(knock);
  if (typeof request === 'string') return refused('invalid', request);
  const query = new URLSearchParams(knock.query);
  const credentials = readCredentials({ ...knock, query }, rules);
  if (!credentials.ok) return refused('invalid', credentials.message);

  const judge = (admission: Admission): Entry => {
    if (!admission.ok) return refused(admission.reason, admission.message);
    const { grant } = admission;
    if (!hasScope(grant, 'listen')) return refused('forbidden', 'the token lacks the scope listen');
    const asked = query.get('shop') ?? undefined;
    const shopId = shopOf(grant, asked);
    if (shopId === undefined) return refused('forbidden', shopRefusal(asked));
    return { request: { ...request, shopId }, grant };
  };
  const admission = authenticate(credentials.token);
  return admission instanceof Promise ? admission.then(judge) : judge(admission);
}

function refused(reason: Refused['reason'], message: string): Entry {
  const later = reason === 'unavailable' ? { retryAfterSeconds: AWAY_SECONDS } : {};
  return { refused: { admitted: false, reason, message, ...later } };
}
