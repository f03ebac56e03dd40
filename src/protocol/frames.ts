/**
 * The frames of `orderbell.v1` as both ends know them, by `kind`: JSON objects, one in each text frame. Either end takes
 * no notice of a kind that it does not know.
 */

/** Why a frame of the client was not obeyed. */
export const FRAME_ERROR_CODES = [
  'bad-frame',
  'unknown-kind',
  'unknown-seq',
  'wrong-epoch',
  'too-fast',
  'forbidden',
  'unavailable',
] as const;
export type FrameErrorCode = (typeof FRAME_ERROR_CODES)[number];

/** How many notifications one frame acknowledges at the most. */
export const MAX_ACKS = 500;

/** What becomes of a till's sound: `locked` waits for a gesture of its user, `failed` has neither voice nor chime. */
export const REPORTED_SOUNDS = ['on', 'muted', 'locked', 'failed'] as const;
export type ReportedSound = (typeof REPORTED_SOUNDS)[number];

/** A session acknowledged it, or upstream has accepted or cancelled the order. */
export type ReceiptReasonWord = 'acknowledged' | 'accepted' | 'cancelled';

/** What the service sends. */
export interface ServerFrames {
  /** All that was missed has been sent; from here on frames come as things happen. */
  ready: {
    readonly shop: string;
    readonly epoch: string;
    readonly head: number;
    readonly oldest: number;
    readonly receipts: number;
    /** The lowest `seq` that still needs an answer, else `head + 1`; absent from a service of 0.2.0. */
    readonly open?: number;
    /** The service's clock. A service that has none takes no reports, and no `ack` of many. */
    readonly now?: string;
  };
  notification: {
    readonly seq: number;
    readonly eventId: string;
    /** 1 a new order, 2 a reminder; a later version may send others. */
    readonly type: number;
    readonly orderId: number | string;
    readonly content: string;
    readonly occurredAt: string;
    /** What was ordered, and its amount in fen: where the event has them. */
    readonly summary?: string;
    readonly amount?: number;
    /** Null where upstream dealt with the order. */
    readonly ackedBy?: string | null;
    readonly ackedAt?: string;
    readonly reason?: ReceiptReasonWord;
  };
  /** The log does not hold what the client asked to resume from; all that it keeps follows. */
  gone: { readonly epoch: string; readonly oldest: number; readonly head: number };
  /** The notification needs no answer any more; `sid` is null where upstream dealt with the order. */
  receipt: {
    readonly n: number;
    readonly seq: number;
    readonly sid: string | null;
    readonly reason: ReceiptReasonWord;
    readonly at: string;
  };
  /** A step of the escalation of that notification has fired: these targets are told. */
  escalation: {
    readonly seq: number;
    readonly step: number;
    readonly targets: readonly string[];
    readonly at: string;
  };
  heartbeat: { readonly head: number };
  /** The session's token ends then: fetch a new one, and come back with it. */
  expiring: { readonly inSeconds: number };
  /**
   * The process behind this socket stops: open the next socket with `since` at a random time within that, and close this one
   * with 1000 once the next one is `ready`. Both may bring a `seq`.
   */
  restarting: { readonly withinMs: number };
  /** `seq` is that of the frame which it answers. */
  error: { readonly code: FrameErrorCode; readonly message: string; readonly seq?: number };
}

/** How far a till has come in the log of that `epoch`; without one, in whatever log the service has. */
interface ReachedPlace {
  readonly seq: number;
  readonly epoch?: string;
}

/** What a client sends. */
export interface ClientFrames {
  /** Acknowledges one notification, or up to `MAX_ACKS` at once; in a log of another `epoch` it acknowledges nothing. */
  ack:
    | { readonly seq: number; readonly epoch?: string }
    | { readonly seqs: readonly number[]; readonly epoch?: string };
  /** Every notification up to here is or was on the screen. */
  seen: ReachedPlace;
  /** Every notification up to here was said or chimed to the end. */
  spoken: ReachedPlace;
  /** Whether alerts can sound: once at the start, and at each change. A session that never sends it counts as `on`. */
  hearing: { readonly sound: ReportedSound; readonly visible: boolean };
}

export type ServerFrameKind = keyof ServerFrames;
export type ClientFrameKind = keyof ClientFrames;

type OfKind<Frames, Kind extends keyof Frames> = { [K in Kind]: { readonly kind: K } & Frames[K] }[Kind];

export type ServerFrame<Kind extends ServerFrameKind = ServerFrameKind> = OfKind<ServerFrames, Kind>;
export type ClientFrame<Kind extends ClientFrameKind = ClientFrameKind> = OfKind<ClientFrames, Kind>;
