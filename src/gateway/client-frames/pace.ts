/**
 * How many frames a client may send in a second. Counts frames of any kind and protocol, pings included: reading them is
 * what a flood costs. Once the session has ended, uWebSockets.js skips what still comes without a call.
 */

import { CLOSE } from '../../protocol/close-codes.ts';
import type { GatewayObserver } from '../observer.ts';
import { errorFrame } from '../server-frames.ts';
import type { Session } from '../session.ts';

/** A client that sends so many times what it may in one second is ended. */
const FLOOD_FACTOR = 10;

export interface PaceOptions {
  framesPerSecond: number;
  observe: Pick<GatewayObserver, 'clientFrame'>;
  /** Milliseconds of a monotonic clock. */
  now(): number;
}

/** Counts one frame. False where it is one too many. */
export type CountFrame = (session: Session) => boolean;

export function createPace({ framesPerSecond, observe, now }: PaceOptions): CountFrame {
  const most = `at most ${framesPerSecond} frames a second`;
  return (session) => {
    const count = session.countFrame(now());
    if (count <= framesPerSecond) return true;
    observe.clientFrame('too-fast');
    if (count > framesPerSecond * FLOOD_FACTOR) session.end(CLOSE.tooFast, most);
    // Once a second: an answer to each frame of a flood would be a flood of our own.
    else if (count === framesPerSecond + 1 && session.request.protocol !== 'plain') {
      session.send(errorFrame('too-fast', most));
    }
    return false;
  };
}
