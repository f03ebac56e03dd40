/**
 * Sessions that are waited for while they take what was sent. Guarantees that one which takes nothing of it for the
 * time given is reported at the next sweep, and none that goes on taking something, however slowly.
 *
 * What counts is what leaves this process for the client: the system's own buffers take some of it beforehand.
 */

export interface Stalls<Session> {
  /** The session has taken something, or the wait for it begins: its time starts anew. */
  restart(session: Session): void;
  /** The wait is over. Of a session that is not waited for, does nothing. */
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
  /** When each began to take nothing, the longest ago first. */
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
