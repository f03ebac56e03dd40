/** Opens sessions and closes them: each part that knows of a session learns of its end. */

import type { WebSocket } from 'uWebSockets.js';
import type { Grant } from '../domain/access.ts';
import type { Logger } from '../platform/logger.ts';
import type { SessionAnnouncer } from './announcements/session-announcer.ts';
import type { Expiries } from './expiries.ts';
import type { SoundingSessions } from './hearing/sounding-sessions.ts';
import type { GatewayObserver } from './observer.ts';
import type { Replays } from './replays.ts';
import type { Session, SocketData } from './session.ts';
import type { Sessions } from './sessions.ts';
import type { TillSessions } from './till-sessions.ts';

export interface SessionLifecycle {
  /** uWebSockets.js has made the socket, while what was corked for the upgrade still is. */
  openSocket(socket: WebSocket<SocketData>): void;
  /** The upgrade is complete, and its cork is released. */
  openSession(session: Session, grant: Grant): void;
  closeSession(session: Session, code: number): void;
}

export interface SessionLifecycleOptions {
  sessions: Sessions;
  announcer: SessionAnnouncer;
  expiries: Expiries<Session>;
  replays: Replays;
  sounding: SoundingSessions;
  tills: TillSessions<Session>;
  onSocketClosed(): void;
  /** Milliseconds of a monotonic clock. */
  now(): number;
  observe: Pick<GatewayObserver, 'opened' | 'closed'>;
  logger: Logger;
}

export function createSessionLifecycle(options: SessionLifecycleOptions): SessionLifecycle {
  const { sessions, announcer, expiries, replays, sounding, tills, now, observe, logger } = options;
  return {
    openSocket(socket) {
      const { session } = socket.getUserData();
      session.opened(socket, () => replays.startAnew(session), now());
    },
    openSession(session, { subject, expiresAt, till }) {
      const { shopId, sid, protocol } = session.request;
      sessions.add(session);
      observe.opened(protocol);
      expiries.add(session, expiresAt);
      announcer.add(session);
      sounding.add(session);
      if (protocol === 'plain') session.subscribe();
      else replays.start(session);
      logger.debug({ shopId, sid, protocol, subject }, 'a session was opened');
      tills.add(session, till); // at the end: it may close the session
    },
    closeSession(session, code) {
      session.closed();
      sessions.remove(session);
      expiries.remove(session);
      announcer.remove(session);
      sounding.remove(session);
      tills.remove(session);
      session.releaseSlot();
      options.onSocketClosed();
      const { shopId, sid, protocol } = session.request;
      const reason = session.closeReason(code);
      observe.closed(protocol, reason);
      logger.debug({ shopId, sid, code, reason }, 'a session was closed');
    },
  };
}
