/**
 * The sessions of this process. Of two with the same shop, sid and subject the newer stays: it is in the map before the
 * older one is ended, and a close removes only its own session from the map. A session of another subject never ends one
 * that was there before. Of all gateways' sessions with one sid and subject exactly one, that with the highest order, is
 * ended by none of the others.
 */

import { CLOSE } from '../protocol/close-codes.ts';
import type { Session } from './session.ts';

/** A session of another gateway, as it is announced. */
export interface RemoteSession {
  shopId: string;
  sid: string;
  subject?: string | undefined;
  id: string;
  order: number;
}

export interface Sessions {
  readonly size: number;
  /** Takes the session's place in the map and ends the one that had it. */
  add(session: Session): void;
  remove(session: Session): void;
  /** The session that has this sid here. */
  holder(request: { shopId: string; sid: string }): Session | undefined;
  /**
   * A session is open elsewhere. Ends ours where ours has to go; returns it where the other one has to. While this process
   * drains, ours of the same subject is only marked: it may be moving, and closes by itself.
   */
  yieldTo(remote: RemoteSession): Session | undefined;
  all(): Session[];
  /** One of them. */
  any(): Session | undefined;
}

/** `isDraining`: whether sessions are moving to other processes. */
export function createSessions(isDraining: () => boolean = () => false): Sessions {
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
    holder: (request) => byKey.get(keyOf(request)),
    yieldTo(remote) {
      const ours = byKey.get(keyOf(remote));
      if (ours === undefined || ours.id === remote.id) return undefined;
      const isOlder = (ours.order - remote.order || (ours.id < remote.id ? -1 : 1)) < 0;
      const isSame = ours.subject === remote.subject;
      // Among those of one subject the last one stays, among those of several the first.
      if (isOlder !== isSame) return ours;
      if (isSame && isDraining()) ours.isReplaced = true;
      else if (isSame) end(ours);
      else ours.end(CLOSE.sidTaken, 'a session of another subject has this sid');
      return undefined;
    },
    all: () => [...byKey.values()],
    any: () => byKey.values().next().value,
  };
}

/** Neither part can hold a slash. */
function keyOf({ shopId, sid }: { shopId: string; sid: string }): string {
  return `${shopId}/${sid}`;
}
