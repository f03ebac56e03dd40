/**
 * The next link of a session whose process stops: it is opened beside the present one, which goes on bringing what happens
 * until the next one has caught up. Guarantees that nothing is handed on after `stop`, and that a failed attempt is followed by
 * another one, ever later, while the present link lasts.
 */

import type { ServerFrame } from '../protocol/frames.ts';
import type { Dial, Dialled } from './dial.ts';
import type { Follower } from './follower.ts';
import type { FrameSocket } from './frame-socket.ts';
import { waitMs } from './waits.ts';
import type { World } from './world.ts';

export interface SuccessorOptions {
  /** The first attempt begins at a random time within that. */
  readonly withinMs: number;
  readonly dial: Dial;
  /** Takes what comes before the next link has caught up; the present one brings it too. */
  readonly follower: Pick<Follower, 'resumeFrom' | 'take'>;
  /** Something that should have come did not. */
  onHole(): void;
  /** It has caught up, or the log is another one: the socket and what follows are the caller's. */
  onCaughtUp(dialled: Dialled, frame: ServerFrame<'ready' | 'gone'>): void;
}

export interface Successor {
  /** Whether the service may have a session of it by now. */
  readonly hasSocket: boolean;
  /** Closes its socket. */
  stop(): void;
}

export function startSuccessor(options: SuccessorOptions, world: World): Successor {
  let socket: FrameSocket | undefined;
  let isOver = false;
  let failures = 0;
  /** Tells the present attempt from what comes late. */
  let attempts = 0;
  let cancel = world.after(Math.round(world.random() * options.withinMs), begin);

  function begin(): void {
    const attempt = ++attempts;
    const isCurrent = () => !isOver && attempt === attempts;
    cancel = world.after(world.timings.attemptMs, retry);
    dial().then(
      (dialled) => {
        if (isCurrent()) listenTo(dialled);
        else dialled.socket.close(1000);
      },
      (error) => {
        world.report(error);
        if (isCurrent()) retry();
      },
    );
  }

  async function dial(): Promise<Dialled> {
    const token = await options.dial.askToken();
    return options.dial.open(token, options.follower.resumeFrom);
  }

  function listenTo(dialled: Dialled): void {
    socket = dialled.socket;
    socket.follow({
      received(frame) {
        if (frame !== undefined) take(dialled, frame);
      },
      closed: retry,
    });
  }

  function take(dialled: Dialled, frame: ServerFrame): void {
    switch (frame.kind) {
      case 'ready':
      case 'gone':
        isOver = true;
        cancel();
        options.onCaughtUp(dialled, frame);
        break;
      case 'restarting':
        retry(); // that process stops as well
        break;
      default:
        if (options.follower.take(frame) === 'hole') options.onHole();
    }
  }

  function retry(): void {
    drop();
    cancel = world.after(waitMs('lost', failures++, world.random), begin);
  }

  function drop(): void {
    attempts++;
    cancel();
    socket?.close(1000);
    socket = undefined;
  }

  return {
    get hasSocket() {
      return socket !== undefined;
    },
    stop() {
      isOver = true;
      drop();
    },
  };
}
