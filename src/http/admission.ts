/**
 * Who gets as far as a handler. Guarantees that a route which declares a scope is reached only with a token that has it,
 * and that a refusal says in the terms of RFC 6750 what would be let in, and nothing of the token.
 */

import { type Authenticate, type Grant, hasScope, NOBODY, type Scope } from '../domain/access.ts';
import { type Carriers, readCredentials } from '../domain/credentials.ts';
import { type Reply, refusal } from './reply.ts';

/** What a route asks of its callers; a route that asks nothing is open. */
export interface Demands {
  /** One of these is enough. */
  readonly scope?: Scope | readonly Scope[];
}

export type Admitted = { grant: Grant } | { refused: Reply };

/** Answers at once, or begins at once to look into the token. */
export function admit(
  { scope = [] }: Demands,
  carriers: Pick<Carriers, 'authorization' | 'query'>,
  authenticate: Authenticate,
): Admitted | Promise<Admitted> {
  const scopes = [scope].flat();
  if (scopes.length === 0) return { grant: NOBODY };
  // A caller over HTTP can always set a header.
  const credentials = readCredentials(carriers, { queryToken: false });
  if (!credentials.ok) return { refused: { ...refusal('invalid', credentials.message), status: 400 } };
  const { token } = credentials;
  const judge = (admission: Awaited<ReturnType<Authenticate>>): Admitted => {
    if (!admission.ok) return { refused: refuseEntry(admission.reason, admission.message, token) };
    const { grant } = admission;
    if (scopes.some((one) => hasScope(grant, one))) return { grant };
    return { refused: lacksScope(scopes) };
  };
  const admission = authenticate(token);
  return admission instanceof Promise ? admission.then(judge) : judge(admission);
}

const AWAY = { 'Retry-After': '2' };

/** RFC 6750 section 3: whoever sent no token is told of none that is wrong. */
export function refuseEntry(
  reason: 'unauthenticated' | 'unavailable',
  message: string,
  token?: string,
): Reply {
  if (reason === 'unavailable') return refusal(reason, message, AWAY);
  const challenge = token === undefined ? 'Bearer' : 'Bearer error="invalid_token"';
  return refusal(reason, message, { 'WWW-Authenticate': challenge });
}

export function lacksScope(scopes: readonly Scope[]): Reply {
  const challenge = `Bearer error="insufficient_scope", scope="${scopes.join(' ')}"`;
  const message = `the token lacks the scope ${scopes.join(' or ')}`;
  return refusal('forbidden', message, { 'WWW-Authenticate': challenge });
}
