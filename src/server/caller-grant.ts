/** What a caller may do: its token, and the scopes of it. A refusal repeats nothing of the token. */

import { type Authenticate, type Grant, hasScope, NO_GRANT, type Scope } from '../domain/access.ts';
import { type Carriers, readCredentials } from '../domain/credentials.ts';
import { type AccessRefusal, refuseAccess } from './refusal.ts';
import type { RequestKind } from './request-check.ts';

export interface GrantRules {
  authenticate: Authenticate;
  /** Whether the query of an upgrade may carry its token. A caller over HTTP can always set a header. */
  queryToken: boolean;
}

/** While the keys are away that tokens are checked with. */
const AWAY_SECONDS = 2;

/** Grants what the token does if one of `scopes` is in it. Without any scope the caller needs no token, and gets nothing. */
export async function readCallerGrant(
  carriers: Carriers,
  { kind, scopes }: { kind: RequestKind; scopes: readonly Scope[] },
  { authenticate, queryToken }: GrantRules,
): Promise<{ ok: true; grant: Grant } | AccessRefusal> {
  if (scopes.length === 0) return { ok: true, grant: NO_GRANT };
  const credentials = readCredentials(carriers, { queryToken: queryToken && kind === 'upgrade' });
  if (!credentials.ok) return refuseAccess('invalid', credentials.message);
  const { token } = credentials;
  const authenticated = await authenticate(token);
  if (!authenticated.ok) {
    const { reason, message } = authenticated;
    if (reason === 'unavailable') return refuseAccess(reason, message, { retryAfterSeconds: AWAY_SECONDS });
    return refuseAccess(reason, message, { challenge: CHALLENGE[kind].wrongToken(token) });
  }
  const { grant } = authenticated;
  if (scopes.some((scope) => hasScope(grant, scope))) return { ok: true, grant };
  return refuseAccess(
    'forbidden',
    `the token lacks the scope ${scopes.join(' or ')}`,
    CHALLENGE[kind].lacks(scopes),
  );
}

interface Challenges {
  wrongToken(token: string | undefined): string;
  lacks(scopes: readonly Scope[]): Pick<AccessRefusal, 'challenge'>;
}

/** RFC 6750 section 3: no error where no token was sent. The refusal of an upgrade names none at all. */
const CHALLENGE: Record<RequestKind, Challenges> = {
  request: {
    wrongToken: (token) => (token === undefined ? 'Bearer' : 'Bearer error="invalid_token"'),
    lacks: (scopes) => ({ challenge: `Bearer error="insufficient_scope", scope="${scopes.join(' ')}"` }),
  },
  upgrade: { wrongToken: () => 'Bearer', lacks: () => ({}) },
};
