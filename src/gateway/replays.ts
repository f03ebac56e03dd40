/** Starts the replay of a session, from where its client asked or from the beginning of what the log keeps. */

import type { GatewayObserver } from './observer.ts';
import { type ReplayOptions, type ReplayStart, replay } from './replay.ts';
import type { Session } from './session.ts';

export interface Replays {
  /** From the client's `since`, or else from the present. */
  start(session: Session): void;
  /** The feed has moved: the client is sent `gone`, and all that is kept. */
  startAnew(session: Session): void;
}

export function createReplays(
  options: ReplayOptions & { observe: Pick<GatewayObserver, 'caughtUp'> },
): Replays {
  async function run(session: Session, from: ReplayStart): Promise<void> {
    const end = await replay(session, from, options);
    const isResumed = session.request.since !== undefined || from === ANEW;
    if (isResumed && end !== 'left') options.observe.caughtUp(end);
  }

  return {
    start: (session) => void run(session, startOf(session)),
    startAnew: (session) => void run(session, ANEW),
  };
}

/** In no log: the answer is `gone`. */
const ANEW: ReplayStart = { seq: 0, epoch: '', receipts: undefined };

function startOf({ request, feed }: Session): ReplayStart {
  const fresh = request.since === undefined;
  return {
    seq: request.since ?? feed.at.head,
    epoch: fresh ? undefined : request.epoch,
    receipts: request.receiptsSince,
  };
}
