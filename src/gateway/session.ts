/**
 * One socket: what its client asked for, and how frames get to it. No frame is sent to a socket that has closed, and a wait
 * for a slow client ends when the client reads on or the socket closes. Backpressure stays with this session.
 */

import type { WebSocket } from 'uWebSockets.js';
import { nameOfClose } from '../protocol/close-codes.ts';
import type { Protocol } from '../protocol/subprotocols.ts';
import type { NumberedFrame } from './feed/frame-tail.ts';
import type { FeedFollower, ShopFeed } from './feed/shop-feed.ts';
import type { GatewayObserver } from './observer.ts';

/** What the client asked for when it connected. */
export interface JoinRequest {
  shopId: string;
  sid: string;
  protocol: Protocol;
  since?: number;
  epoch?: string;
  receiptsSince?: number;
}

/** What a socket carries: uWebSockets.js copies its fields into an object of its own, so not the session itself. */
export interface SocketData {
  session: Session;
}

/** RFC 6455 section 7.1.5: the transport ended without a close frame. */
const NO_CLOSE_FRAME = 1006;

export class Session implements FeedFollower {
  readonly request: JoinRequest;
  readonly feed: ShopFeed;
  /** Distinguishes this session from another with the same shop and sid. */
  readonly id: string;
  /** Higher than that of any session opened before. */
  readonly order: number;
  /** The `sub` of its token; undefined without authentication. */
  readonly subject: string | undefined;
  /** Whether it counts among the sessions of its shop that can sound; only the count of them changes it. */
  canSound = false;
  /** A session of another process has its sid by now. */
  isReplaced = false;
  /** Releases its slot within the limits. */
  readonly releaseSlot: () => void;

  readonly #observe: Pick<GatewayObserver, 'sent'>;
  #socket: WebSocket<SocketData> | undefined;
  #isCut = false;
  #isStalled = false;
  #endedWith: number | undefined;
  #wakeUp: (() => void) | undefined;
  #onRejoin: (() => void) | undefined;
  #secondStart = 0;
  #framesInSecond = 0;
  #pingedAt = 0;

  constructor(
    request: JoinRequest,
    feed: ShopFeed,
    id: string,
    order: number,
    observe: Pick<GatewayObserver, 'sent'>,
    { subject, releaseSlot = () => {} }: { subject?: string | undefined; releaseSlot?: () => void } = {},
  ) {
    this.request = request;
    this.feed = feed;
    this.id = id;
    this.order = order;
    this.subject = subject;
    this.releaseSlot = releaseSlot;
    this.#observe = observe;
  }

  /** False as soon as a frame that is sent cannot arrive any more. */
  get isOpen(): boolean {
    return this.#socket !== undefined && !this.#isCut;
  }

  /** The socket is there, at this time of a monotonic clock. `onRejoin` is called whenever the feed jumps. */
  opened(socket: WebSocket<SocketData>, onRejoin: () => void, now: number): void {
    this.#socket = socket;
    this.#pingedAt = Math.trunc(now);
    this.#onRejoin = onRejoin;
    this.feed.followers.add(this);
  }

  /** The socket is gone: a wait for it ends. */
  closed(): void {
    this.#socket = undefined;
    this.feed.followers.delete(this);
    this.#wakeUp?.();
  }

  /**
   * uWebSockets.js reports that the client has read something. The wait ends a turn later: of what is sent from within
   * that call, frames above 16 KiB stay in the buffer, and no further drain is reported.
   */
  drained(): void {
    if (this.#wakeUp !== undefined) setImmediate(this.#wakeUp);
  }

  /** Pings the client where it was opened, or pinged before, so long ago. Whether it did. */
  pingIfDue(now: number, everyMs: number): boolean {
    if (this.#socket === undefined || now - this.#pingedAt < everyMs) return false;
    this.#pingedAt = Math.trunc(now); // a whole number takes no memory of its own
    this.#socket.ping();
    return true;
  }

  /** True while the client has not read what was sent: more has to wait until it has. */
  get isWaiting(): boolean {
    return this.#socket !== undefined && this.#socket.getBufferedAmount() > 0;
  }

  send(frame: string): void {
    if (!this.isOpen) return;
    if (this.#socket?.send(frame) === 2) this.cut();
    this.#observe.sent(this.request.protocol, 1, Buffer.byteLength(frame));
  }

  /** A frame was dropped at the limit: frames after it would have a hole before them. */
  cut(): void {
    this.#isCut = true;
  }

  /** Sends in one write until the client has to drain; the number of frames that are on their way. */
  sendAll(rows: Iterable<Pick<NumberedFrame, 'frame'>>): number {
    let sent = 0;
    this.#socket?.cork(() => {
      for (const { frame } of rows) {
        this.send(frame);
        if (!this.isOpen) return;
        sent++;
        if (this.isWaiting) return;
      }
    });
    return sent;
  }

  /** Resolves when some of what was sent has gone out, or the socket has closed; at once where all of it has. */
  untilProgress(): Promise<void> {
    if (!this.isWaiting) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wakeUp = resolve;
    });
  }

  /** From here on, what the feed publishes reaches this session. */
  subscribe(): void {
    this.#socket?.subscribe(this.#topic());
  }

  rejoin(): void {
    // A plain client goes on with what comes. A replay that is under way sees the move by itself.
    if (this.request.protocol === 'plain' || !this.#socket?.isSubscribed(this.#topic())) return;
    this.#socket.unsubscribe(this.#topic());
    this.#onRejoin?.();
  }

  /** Runs `work` while this socket holds the cork, of which the server has one. */
  holdCork(work: () => void): void {
    if (this.#socket === undefined) work();
    else this.#socket.cork(work);
  }

  /** Closes with a code and a reason. What was sent before still goes out. */
  end(code: number, reason: string): void {
    this.#endedWith ??= code;
    this.#socket?.end(code, reason);
  }

  /** Closes at once and without a close frame. What is still buffered is lost. */
  close(): void {
    this.#socket?.close();
  }

  /**
   * The client has read nothing of its replay for too long. Closes at once: a close frame would have to wait for the
   * client as well.
   */
  closeStalled(): void {
    this.#isStalled = true;
    this.close();
  }

  /** Why the socket closed, which uWebSockets.js reports with this code. */
  closeReason(code: number): string {
    if (this.#isCut) return 'backpressure';
    const named = nameOfClose(this.#endedWith);
    if (named !== undefined) return named;
    if (this.#isStalled) return 'stalled';
    return code === NO_CLOSE_FRAME ? 'lost' : 'client';
  }

  /** Counts a frame of the client, and returns its number within the current second. */
  countFrame(now: number): number {
    if (now - this.#secondStart >= 1000) {
      this.#secondStart = now;
      this.#framesInSecond = 0;
    }
    return ++this.#framesInSecond;
  }

  #topic(): string {
    return this.request.protocol === 'plain' ? this.feed.plainTopic : this.feed.v1Topic;
  }
}
