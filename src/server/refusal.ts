/** Why a request or an upgrade is refused: HTTP and the gateway have this one type, and one reply is written from it. */

export type RefusalReason =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'misdirected'
  | 'sid-taken'
  | 'too-many-requests'
  | 'unavailable';

export interface Refusal {
  ok: false;
  reason: RefusalReason;
  /** For the sender. */
  message: string;
  /** Where it may come again: after so long. */
  retryAfterSeconds?: number;
  /** The header `WWW-Authenticate`. */
  challenge?: string;
  /** What follows on the connection may be part of the request: the answer ends it. */
  endsConnection?: boolean;
}

export function refuse(reason: RefusalReason, message: string, more: Partial<Refusal> = {}): Refusal {
  return { ...more, ok: false, reason, message };
}
