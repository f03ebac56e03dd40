/** What the gateway reports of its work, in the very turn in which it happens: a call must be quick and must not throw. */

import type { SoundEdge } from '../domain/presence.ts';
import type { ClientFrameKind, FrameErrorCode } from '../protocol/frames.ts';
import type { Protocol } from '../protocol/subprotocols.ts';

/** A frame of a client, by what it is: from a plain client whatever it is, else what is done or why it is refused. */
export type ClientFrameOutcome = 'plain' | 'too-big' | ClientFrameKind | FrameErrorCode;

export interface GatewayObserver {
  opened(protocol: Protocol): void;
  /** `reason` is of a short list: see `Session.closeReason`. */
  closed(protocol: Protocol, reason: string): void;
  /** So many frames are on their way, one for each socket that gets it. */
  sent(protocol: Protocol, frames: number, bytes: number): void;
  /** A frame found no room at a slow client, which is cut. */
  dropped(): void;
  /** These shops got their first session here that can sound, or lost their last one, and Postgres has it. */
  edgesWritten(edges: readonly SoundEdge[]): void;
  clientFrame(outcome: ClientFrameOutcome): void;
  /** What occurred at this time (ISO 8601) was published to at least one socket. */
  published(occurredAt: string): void;
  fannedOut(seconds: number): void;
  /** A session that resumed has got all that it had missed. */
  caughtUp(from: 'tail' | 'log'): void;
  gapRepaired(): void;
  /** A feed moved to another log or to another place in it. */
  feedReset(): void;
  /** So many reports of tills are not stored. */
  progressDropped(count: number): void;
}
