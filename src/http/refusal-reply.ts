/** The reply to a request, or to an upgrade, that was refused before a handler saw it. */

import type { AccessRefusal } from '../server/refusal.ts';
import { type Reply, refusal } from './reply.ts';

/** A request that is malformed in HTTP itself is a bad one: 400, where a handler answers `invalid` with 422. */
const BAD_REQUEST = 400;

export function refusalReply({ reason, message, retryAfterSeconds, challenge }: AccessRefusal): Reply {
  const reply = refusal(reason, message, {
    ...(retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) }),
    ...(challenge === undefined ? {} : { 'WWW-Authenticate': challenge }),
  });
  return reason === 'invalid' ? { ...reply, status: BAD_REQUEST } : reply;
}
