/**
 * The sessions of this process. Guarantees that of two with the same shop and sid the newer stays: it is in the map
 * before the older one is ended, and a close removes from the map only that very session.
 */

import { CLOSE } from './protocol.ts';
import type { Session } from './session.ts';

/** A session that was opened in another process. */
export interface RemoteSession {
  shopId: string;
  sid: string;
  id: string;
  openedAt: number;
}

export interface Sessions {
  readonly size: number;
  /** Takes the session's place in the map and ends the one that had it. */
  add(session: Session): void;
  remove(session: Session): void;
  /** Ends ours with the same shop and sid, if it is older. Best effort: the two clocks may differ. */
  yieldTo(remote: RemoteSession): void;
  all(): Session[];
  /** Whichever. */
  any(): Session | undefined;
}

export function createSessions(): Sessions {
  const byKey = new Map<string, Session>();

  const end = (session: Session | undefined) => {
    session?.end(CLOSE.replaced, 'another session has this sid now');
  };

  return {
    get size() {
      return byKey.size;
    },
    add(session) {
      const key = keyOf(session.request);
      const older = byKey.get(key);
      byKey.set(key, session);
      end(older);
    },
    remove(session) {
      const key = keyOf(session.request);
      if (byKey.get(key) === session) byKey.delete(key);
    },
    yieldTo(remote) {
      const ours = byKey.get(keyOf(remote));
      if (ours === undefined) return;
      const older = ours.openedAt - remote.openedAt || (ours.id < remote.id ? -1 : 1);
      if (older < 0) end(ours);
    },
    all: () => [...byKey.values()],
    any: () => byKey.values().next().value,
  };
}

/** Neither part can hold a slash. */
function keyOf({ shopId, sid }: { shopId: string; sid: string }): string {
  return `${shopId}/${sid}`;
}
