/**
 * The sessions of paired tills. Guarantees that none of a removed till stays open, also one whose upgrade was under way
 * while the till was removed.
 */

import { CLOSE } from '../protocol/close-codes.ts';

export interface TillSession {
  end(code: number, reason: string): void;
}

export interface TillSessions<Session> {
  /** `till` is undefined for a session of any other token. To be called once the socket is open. */
  add(session: Session, till: string | undefined): void;
  /** A session that was not added is no error. */
  remove(session: Session): void;
  endRemoved(tills: Iterable<string>): void;
}

export function createTillSessions<Session extends TillSession>(
  isRemoved: (till: string) => boolean,
): TillSessions<Session> {
  const byTill = new Map<string, Set<Session>>();
  const tillOf = new Map<Session, string>();
  const end = (session: Session) => session.end(CLOSE.tokenExpired, 'this till was removed');

  return {
    add(session, till) {
      if (till === undefined) return;
      tillOf.set(session, till);
      byTill.set(till, (byTill.get(till) ?? new Set()).add(session));
      if (isRemoved(till)) end(session);
    },
    remove(session) {
      const till = tillOf.get(session);
      if (till === undefined) return;
      tillOf.delete(session);
      const sessions = byTill.get(till);
      sessions?.delete(session);
      if (sessions?.size === 0) byTill.delete(till);
    },
    endRemoved(tills) {
      // Closing a session removes it from the set.
      for (const till of tills) for (const session of [...(byTill.get(till) ?? [])]) end(session);
    },
  };
}
