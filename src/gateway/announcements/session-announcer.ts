/**
 * Announces the sessions of this gateway to the others, so that of two sessions with one sid and subject only the newer
 * stays. Guarantees that a session stays pending until an announcement of it could be sent, or it has closed.
 */

import { encodeAnnouncement } from '../../domain/announcement.ts';
import type { Session } from '../session.ts';
import type { RemoteSession, Sessions } from '../sessions.ts';
import type { SessionOrder } from './session-order.ts';

export interface SessionAnnouncer {
  /** A session was opened here. */
  add(session: Session): void;
  /** A session has closed here. */
  remove(session: Session): void;
  /** Announces as many as can be sent now. To be called again within a second for the others. */
  announcePending(): void;
  /** Announces all sessions anew: announcements may have been lost. */
  announceAll(): void;
  /** Sessions of another gateway: ends ours that have to go, and announces ours that stay. */
  receiveSessions(remotes: readonly RemoteSession[]): void;
}

export interface SessionAnnouncerOptions {
  sessions: Pick<Sessions, 'all' | 'yieldTo'>;
  order: Pick<SessionOrder, 'saw'>;
  /** False where the announcement is known to be lost. */
  broadcast(announcement: string): boolean;
}

const SESSIONS_PER_ANNOUNCEMENT = 250;

export function createSessionAnnouncer(options: SessionAnnouncerOptions): SessionAnnouncer {
  const { sessions, order, broadcast } = options;
  const pending = new Set<Session>();

  function announcePending(): void {
    while (pending.size > 0) {
      const some = [...take(pending, SESSIONS_PER_ANNOUNCEMENT)];
      if (!broadcast(encodeAnnouncement({ sessions: some.map(describe) }))) return;
      for (const session of some) pending.delete(session);
    }
  }

  return {
    add(session) {
      pending.add(session);
      announcePending();
    },
    remove: (session) => void pending.delete(session),
    announcePending,
    announceAll() {
      for (const session of sessions.all()) pending.add(session);
      announcePending();
    },
    receiveSessions(remotes) {
      for (const remote of remotes) {
        order.saw(remote.order);
        const newer = sessions.yieldTo(remote);
        if (newer !== undefined) pending.add(newer);
      }
      announcePending();
    },
  };
}

function describe({ request: { shopId, sid }, subject, id, order }: Session) {
  return { shopId, sid, ...(subject === undefined ? {} : { subject }), id, order };
}

function* take<T>(items: Iterable<T>, most: number): Generator<T> {
  let count = 0;
  for (const item of items) {
    if (count++ === most) return;
    yield item;
  }
}
