/** Why a request or an upgrade is refused: HTTP and the gateway have this one type, and one reply is written from it. */

export type AccessRefusalReason =
  | 'invalid'
  | 'unauthenticated'
  | 'till-removed'
  | 'forbidden'
  | 'misdirected'
  | 'sid-taken'
  | 'too-many-requests'
  | 'unavailable';

export interface AccessRefusal {
  ok: false;
  reason: AccessRefusalReason;
  /** For the sender. */
  message: string;
  /** Where it may come again: after so long. */
  retryAfterSeconds?: number;
  /** The header `WWW-Authenticate`. */
  challenge?: string;
  /** What follows on the connection may be part of the request: the answer ends it. */
  endsConnection?: boolean;
}

export function refuseAccess(
  reason: AccessRefusalReason,
  message: string,
  more: Partial<AccessRefusal> = {},
): AccessRefusal {
  return { ...more, ok: false, reason, message };
}
