/** Ends the gateway's sockets. Their clients come back at different times, and get no new socket here. */

import { CLOSE } from '../protocol/close-codes.ts';
import type { Sessions } from './sessions.ts';

export interface Drain {
  /** Whether new sockets are refused. */
  readonly isRefusing: boolean;
  refuseSockets(): void;
  /** Ends every socket with 1012, spread over so many seconds. */
  endSockets(overSeconds: number): Promise<void>;
}

const STEP_MS = 50;

/** `pause` resolves after so many milliseconds, or earlier when the gateway closes. */
export function createDrain(sessions: Pick<Sessions, 'all'>, pause: (ms: number) => Promise<unknown>): Drain {
  let isRefusing = false;
  return {
    get isRefusing() {
      return isRefusing;
    },
    refuseSockets() {
      isRefusing = true;
    },
    async endSockets(overSeconds) {
      isRefusing = true;
      const open = sessions.all();
      const perStep = Math.ceil(open.length / Math.max(1, (overSeconds * 1000) / STEP_MS));
      while (open.length > 0) {
        for (const session of open.splice(0, perStep)) session.end(CLOSE.restarting, 'the service restarts');
        if (open.length > 0) await pause(STEP_MS);
      }
    },
  };
}
