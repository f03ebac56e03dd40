/**
 * The gateway's way out. Sockets that can move are served until they have: their clients open the next one elsewhere
 * first. What has not moved in the end is closed. No new socket is opened here meanwhile.
 */

import { CLOSE } from '../protocol/close-codes.ts';
import { restartingFrame } from './server-frames.ts';
import type { Session } from './session.ts';
import type { Sessions } from './sessions.ts';

export interface Drain {
  /** Whether new sockets are refused. */
  readonly isRefusing: boolean;
  refuseSockets(): void;
  /** Asks the orderbell.v1 clients to move. Resolves when all have, or after so many seconds. */
  moveSockets(withinSeconds: number): Promise<void>;
  /** Ends every socket with 1012, spread over so many seconds. */
  endSockets(overSeconds: number): Promise<void>;
}

const STEP_MS = 50;
/** How many get a frame in one turn: a fan-out that is under way waits no longer for them. */
const FRAMES_A_TURN = 500;

/** `pause` resolves after so many milliseconds, or earlier when the gateway closes. */
export function createDrain(
  sessions: () => Pick<Sessions, 'all'>,
  pause: (ms: number) => Promise<unknown>,
): Drain {
  let isRefusing = false;

  const movable = () =>
    sessions()
      .all()
      .filter((session) => session.request.protocol !== 'plain');

  return {
    get isRefusing() {
      return isRefusing;
    },
    refuseSockets() {
      isRefusing = true;
    },
    async moveSockets(withinSeconds) {
      isRefusing = true;
      const withinMs = withinSeconds * 1000;
      if (withinMs === 0) return;
      const asked = movable();
      const frame = restartingFrame(withinMs);
      while (asked.length > 0) {
        for (const session of asked.splice(0, FRAMES_A_TURN)) session.send(frame);
        await pause(0);
      }
      for (let waitedMs = 0; waitedMs < withinMs && movable().length > 0; waitedMs += STEP_MS) {
        await pause(STEP_MS);
      }
    },
    async endSockets(overSeconds) {
      isRefusing = true;
      const open = inOrderOfLeaving(sessions().all());
      const perStep = Math.ceil(open.length / Math.max(1, (overSeconds * 1000) / STEP_MS));
      while (open.length > 0) {
        for (const session of open.splice(0, perStep)) end(session);
        if (open.length > 0) await pause(STEP_MS);
      }
    },
  };
}

/** A plain client misses what comes before it is back: it is served the longest. */
function inOrderOfLeaving(sessions: readonly Session[]): Session[] {
  const isPlain = ({ request }: Session) => request.protocol === 'plain';
  return [...sessions.filter((session) => !isPlain(session)), ...sessions.filter(isPlain)];
}

function end(session: Session): void {
  if (session.isReplaced) session.end(CLOSE.replaced, 'another session has this sid now');
  else session.end(CLOSE.restarting, 'the service restarts');
}
