/**
 * When the tokens of sessions end. Each session gets a warning a minute before its end, or at the next sweep where less
 * time is left, and is then ended, at most a second late and never early. All share one clock: no timer is set when a session
 * opens, and a sweep with no session due reads one number.
 */

export interface ExpiryEvents<Session> {
  onExpiring(session: Session, inSeconds: number): void;
  onExpired(session: Session): void;
}

export interface Expiries<Session> {
  /** `expiresAt` is in milliseconds since 1970; a session without one never ends by itself. */
  add(session: Session, expiresAt: number | undefined): void;
  /** A session that was not added is no error. */
  remove(session: Session): void;
  /** To be called every second. */
  sweep(): void;
}

const WARNED_SECONDS = 60;

interface Entry {
  /** In seconds since 1970. */
  endsAt: number;
  isWarned: boolean;
  /** The second in whose set it is. */
  due: number;
}

/** `now` is in milliseconds since 1970. */
export function createExpiries<Session>(events: ExpiryEvents<Session>, now: () => number): Expiries<Session> {
  const entries = new Map<Session, Entry>();
  const bySecond = new Map<number, Set<Session>>();
  let earliest = Number.POSITIVE_INFINITY;

  function put(session: Session, entry: Entry): void {
    const sessions = bySecond.get(entry.due) ?? new Set();
    bySecond.set(entry.due, sessions.add(session));
    earliest = Math.min(earliest, entry.due);
  }

  function remove(session: Session): void {
    const entry = entries.get(session);
    if (entry === undefined) return;
    entries.delete(session);
    const sessions = bySecond.get(entry.due);
    sessions?.delete(session);
    if (sessions?.size === 0) bySecond.delete(entry.due);
  }

  function warnOrEnd(session: Session, second: number): void {
    const entry = entries.get(session);
    if (entry === undefined) return;
    if (entry.isWarned) {
      entries.delete(session);
      events.onExpired(session);
      return;
    }
    entry.isWarned = true;
    entry.due = Math.max(entry.endsAt, second + 1); // the warning comes before the end
    put(session, entry);
    events.onExpiring(session, Math.max(0, entry.endsAt - second));
  }

  return {
    add(session, expiresAt) {
      if (expiresAt === undefined) return;
      const endsAt = Math.ceil(expiresAt / 1000);
      const entry = { endsAt, isWarned: false, due: endsAt - WARNED_SECONDS };
      entries.set(session, entry);
      put(session, entry);
    },
    remove,
    sweep() {
      const second = Math.floor(now() / 1000);
      if (second < earliest) return;
      const due = [...bySecond].filter(([at]) => at <= second);
      for (const [at] of due) bySecond.delete(at);
      earliest = Number.POSITIVE_INFINITY;
      for (const at of bySecond.keys()) earliest = Math.min(earliest, at);
      for (const [, sessions] of due) for (const session of sessions) warnOrEnd(session, second);
    },
  };
}
