/**
 * Sessions that have lost a frame at the limit of what is buffered for them. No frame that is published later reaches one
 * of them: it would pass for the frame that was lost.
 *
 * uWebSockets.js ends such a socket by itself, but only once it looks at it again, and until then the socket may drain
 * and get what is published next. It reports a dropped frame while it goes through the subscribers of a topic, where
 * whatever subscribes, unsubscribes or closes breaks that walk. And a frame that it has noted for a socket goes out even
 * after an unsubscribe. So the sockets are closed, right before and right after each publish and at the end of the turn.
 */

import type { Session } from './session.ts';

export interface Cuts {
  /** To be called from within `dropped`. */
  add(session: Session): void;
  /** To be called before and after each publish, and never from within a call of uWebSockets.js that walks sockets. */
  closeAll(): void;
}

export function createCuts(): Cuts {
  let waiting: Session[] = [];

  function closeAll(): void {
    if (waiting.length === 0) return;
    const sessions = waiting;
    waiting = [];
    for (const session of sessions) session.close();
  }

  return {
    add(session) {
      if (!session.isOpen) return;
      session.cut();
      if (waiting.push(session) === 1) setImmediate(closeAll);
    },
    closeAll,
  };
}
