/**
 * The public types of the browser client: what a page gets, and the options that it connects with. They come from the
 * frames of the subprotocol `orderbell.v1`.
 */

/** One notification of the shop's log. */
export interface Alert {
  /** Its place in the shop's log: 1, 2, 3 … */
  readonly seq: number;
  readonly eventId: string;
  /** 1 a new order, 2 a reminder. A later version of the service may send others: show their `content`. */
  readonly type: number;
  /** A string where the id does not fit a number exactly. */
  readonly orderId: number | string;
  /** Text, not markup. */
  readonly content: string;
  /** ISO 8601, in UTC. */
  readonly occurredAt: string;
  /** What was ordered, and its amount in fen: where the event has them. */
  readonly summary?: string;
  readonly amount?: number;
  /** The `sid` that acknowledged it, when and why: on a notification that needed no answer any more before it came. */
  readonly ackedBy?: string | null;
  readonly ackedAt?: string;
  readonly reason?: Receipt['reason'];
}

/** A notification needs no answer any more: which session acknowledged it, or null where upstream dealt with the order. */
export interface Receipt {
  readonly n: number;
  readonly seq: number;
  readonly sid: string | null;
  readonly reason: 'acknowledged' | 'accepted' | 'cancelled';
  /** ISO 8601, in UTC. */
  readonly at: string;
}

/** Others are told of a notification which the shop has not dealt with. */
export interface Escalation {
  readonly seq: number;
  /** Of the shop's policy, from 1. */
  readonly step: number;
  /** Their names. */
  readonly targets: readonly string[];
  /** ISO 8601, in UTC. */
  readonly at: string;
}

/** Up to where the page has seen its shop's log. */
export interface Position {
  /** Which log it is; a position in another log means nothing. */
  readonly epoch: string;
  readonly seq: number;
  readonly receipts: number;
}

/** The log no longer has what would follow the position, or is another log: all that is kept follows. */
export interface Gap {
  readonly epoch: string;
  readonly oldest: number;
  readonly head: number;
  /** The notifications that will never come, where it is still the same log. */
  readonly missing?: { readonly from: number; readonly to: number };
}

export type StateName = 'connecting' | 'catching-up' | 'live' | 'waiting' | 'closed';

/** Why the link is not live. */
export type Reason =
  /** It was lost, or never came about: the network, the server, or a refusal, which a page cannot tell apart. */
  | 'lost'
  /** Nothing came for so long that the link must be dead. */
  | 'silent'
  /** The browser says that there is no network. */
  | 'offline'
  /** The server restarts, or is full for the moment. */
  | 'restarting'
  /** The token was refused, expired, or could not be had. */
  | 'token'
  /** Something that should have been there was not: it is asked for again. */
  | 'gap'
  /** Another page took over this `sid`. Final. */
  | 'replaced'
  /** By `close()`. Final. */
  | 'closed';

export interface State {
  readonly name: StateName;
  /** Of `waiting` and `closed`, and of any attempt but the first. */
  readonly reason?: Reason;
  /** Of `waiting`: milliseconds until the next attempt. */
  readonly retryInMs?: number;
}

export interface BellEvents {
  notification: Alert;
  receipt: Receipt;
  /** Those that happen while the link is up: earlier ones stand in the shop's log. */
  escalation: Escalation;
  state: State;
  gap: Gap;
  /** What the server refused for good of what this page sent, such as an `ack` of an unknown `seq`. */
  refusal: { readonly code: string; readonly message: string };
}

/** Whether alerts can sound on this page. */
export interface Hearing {
  /** `locked`: the browser waits for a click first. `failed`: neither voice nor chime comes out. */
  readonly sound: 'on' | 'muted' | 'locked' | 'failed';
  /** The page is on the screen. */
  readonly visible: boolean;
}

/** Where the position is kept from one visit of the page to the next. Neither method may throw. */
export interface PositionStore {
  load(): Position | undefined;
  save(position: Position): void;
}

/** The part of a browser's WebSocket that is used; the library `ws` has it too. */
export interface WebSocketLike {
  readonly readyState: number;
  send(text: string): void;
  close(code?: number): void;
  addEventListener(name: 'open' | 'error', listener: () => void): void;
  addEventListener(name: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(name: 'close', listener: (event: { code: number }) => void): void;
}

export interface ConnectOptions {
  /** The service's address, `https://bell.example` or `wss://…`, with a path if it lies under one. */
  url: string | URL;
  /** Names this session of the shop, a till or a tab: 1 to 64 of `A-Z a-z 0-9 . _ -`. One at a time has it. */
  sid: string;
  /** Else the token's, else `default`. */
  shop?: string;
  /** Asked before each attempt, so that an expired one is never sent twice. */
  token?: string | (() => string | Promise<string>);
  /**
   * Where to begin if nothing is stored: at the present, which is the default, at the first that is open, at the oldest
   * that is kept, or after a position. A position given here goes before what is stored.
   */
  from?: 'present' | 'open' | 'oldest' | Position;
  /** Else `localStorage`, where there is one; `null` keeps nothing. */
  store?: PositionStore | null;
  /**
   * Calls once, after so many milliseconds, and returns what takes that back; else `setTimeout`. A page may have timers in a worker.
   */
  after?: (ms: number, call: () => void) => () => void;
  /** Else the global one; Node has it from version 22. */
  WebSocket?: new (
    url: string,
    protocols: string[],
  ) => WebSocketLike;
}

/** The link to one shop's bell. */
export interface Bell {
  readonly state: State;
  /** Up to where everything was handed to the listeners; undefined before the first `ready`. */
  readonly position: Position | undefined;
  /** Calls `listener` with each event of that name, until what it returns is called. */
  on<K extends keyof BellEvents>(name: K, listener: (event: BellEvents[K]) => void): () => void;
  /** Acknowledges exactly that notification, or exactly those; kept and sent again until their receipts have come. */
  ack(seq: number | readonly number[]): void;
  /**
   * Reports that every alert up to there is or was on the screen. The last report reaches the service, at most one a
   * second, and each new link gets it again; an older service gets none.
   */
  seen(seq: number): void;
  /** The same where they were said or chimed to the end. */
  spoken(seq: number): void;
  /** The same of what becomes of the sound: to be called at the start, and at each change. */
  hearing(state: Hearing): void;
  /** Ends the link for good. Safe to call twice. */
  close(): void;
}
