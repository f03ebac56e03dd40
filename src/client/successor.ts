/**
 * The next link of a session whose process stops: it is opened beside the present one, which goes on bringing what happens
 * until the next one has caught up. Guarantees that nothing is handed on after `stop`, and that a failed attempt is followed by
 * another one, ever later, while the present link lasts.
 */

import type { ServerFrame, ServerFrameKind } from '../protocol/frames.ts';
import { readFrame } from './frames.ts';
import type { WebSocketLike } from './types.ts';
import { waitMs } from './waits.ts';
import type { World } from './world.ts';

/** `restarting` is the link's: it comes over any of them. */
export type FollowedFrame = ServerFrame<Exclude<ServerFrameKind, 'restarting'>>;

export interface SuccessorOptions {
  /** The first attempt begins at a random time within that. */
  readonly withinMs: number;
  /** Rejects where no socket can be opened. */
  open(): Promise<WebSocketLike>;
  /** What comes before it has caught up, in order; the present link brings it too. */
  onFrame(frame: FollowedFrame): void;
  /** It has caught up, or the log is another one: the socket and what follows are the caller's. */
  onCaughtUp(socket: WebSocketLike, frame: ServerFrame<'ready' | 'gone'>): void;
}

export interface Successor {
  /** Whether the service may have a session of it by now. */
  readonly hasSocket: boolean;
  /** Closes its socket. */
  stop(): void;
}

export function startSuccessor(options: SuccessorOptions, world: World): Successor {
  let socket: WebSocketLike | undefined;
  let isOver = false;
  let failures = 0;
  /** Tells the present attempt from what comes late. */
  let attempts = 0;
  let cancel = world.after(Math.round(world.random() * options.withinMs), begin);

  function begin(): void {
    const attempt = ++attempts;
    const isCurrent = () => !isOver && attempt === attempts;
    cancel = world.after(world.timings.attemptMs, retry);
    options.open().then(
      (opened) => {
        if (isCurrent()) listenTo(opened, isCurrent);
        else opened.close(1000);
      },
      (error) => {
        world.report(error);
        if (isCurrent()) retry();
      },
    );
  }

  function listenTo(opened: WebSocketLike, isCurrent: () => boolean): void {
    socket = opened;
    opened.addEventListener('message', ({ data }) => {
      const frame = isCurrent() ? readFrame(data) : undefined;
      if (frame !== undefined) take(opened, frame);
    });
    opened.addEventListener('close', () => {
      if (isCurrent()) retry();
    });
    opened.addEventListener('error', () => {}); // the close follows
  }

  function take(opened: WebSocketLike, frame: ServerFrame): void {
    switch (frame.kind) {
      case 'ready':
      case 'gone':
        isOver = true;
        cancel();
        options.onCaughtUp(opened, frame);
        break;
      case 'restarting':
        retry(); // that process stops as well
        break;
      default:
        options.onFrame(frame);
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
