/**
 * Sessions whose clients have yet to read what was sent. A session that reads nothing for the given time is reported at
 * the next sweep; a session that goes on reading, however slowly, is not.
 *
 * A client has read what has gone out of this process: the system's own buffers take some of it beforehand.
 */

export interface Stalls<Session> {
  /** The client has read something, or the wait for it begins: its time starts anew. */
  restart(session: Session): void;
  /** The wait is over, if there was one. */
  forget(session: Session): void;
  /** To be called every second. */
  sweep(): void;
}

export interface StallOptions<Session> {
  seconds: number;
  /** Called once, and with the session forgotten. */
  onStalled(session: Session): void;
  /** In milliseconds, of a clock that only goes forward. */
  now(): number;
}

export function createStalls<Session>({ seconds, onStalled, now }: StallOptions<Session>): Stalls<Session> {
  /** When each read last, the longest ago first. */
  const since = new Map<Session, number>();
  return {
    restart(session) {
      since.delete(session);
      since.set(session, now());
    },
    forget: (session) => void since.delete(session),
    sweep() {
      const latest = now() - seconds * 1000;
      for (const [session, at] of since) {
        if (at > latest) return;
        since.delete(session);
        onStalled(session);
      }
    },
  };
}
