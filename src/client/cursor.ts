/**
 * How far the page has come in its shop's log, and what a frame means there. Guarantees that what it calls `next`
 * follows what it called `next` before, without a gap or a repeat, until the log has moved on. Pure: the
 * only state is the place.
 */

import type { ServerFrame } from '../protocol/frames.ts';
import type { Gap, Position } from './types.ts';

/** What is not known is left out: the service then begins at the present, in the log that there is. */
export type Place = { readonly [K in keyof Position]?: Position[K] | undefined } & {
  /** The first `ready` names the first that is open: the place is then before it. */
  readonly isFromOpen?: boolean;
};

/**
 * The epoch of no log: the service answers `gone`, with the epoch of the log that there is, and sends all that it keeps.
 * Without an epoch it would take the number for one of whatever log there is by now, and after a failover a part of that
 * one would be missing silently.
 */
const NO_LOG = 'none';

/** An older service leaves `open` out: then all that it keeps may be open. */
export type ReadyPlace = Pick<ServerFrame<'ready'>, 'epoch' | 'head' | 'receipts' | 'oldest'> & {
  readonly open?: number;
};

export interface Cursor {
  readonly place: Place;
  /** The same for the service. A number whose log is not known is asked for in no log, but one that was given as it is. */
  readonly resumeFrom: Place;
  /** Undefined until all three numbers are known. */
  readonly position: Position | undefined;
  /** Takes the notification if it is `next`; after a `hole` the missing ones have to be asked for. */
  take(seq: number): 'next' | 'repeat' | 'hole';
  /** True if the log has more than was taken. */
  isBehind(head: number): boolean;
  /** True if the receipt is new. Holes are no loss: retention takes receipts away with their notifications. */
  takeReceipt(n: number): boolean;
  /** The service has sent everything. False if something is missing here, or if it is another log than ours. */
  ready(frame: ReadyPlace): boolean;
  /** The service begins anew at its oldest. Undefined where nothing had been followed, so that nothing is missed. */
  gone(frame: ServerFrame<'gone'>): Gap | undefined;
}

export function createCursor(start: Place): Cursor {
  let place = start;
  return {
    get place() {
      return place;
    },
    get resumeFrom() {
      const { epoch, seq } = place;
      if (epoch !== undefined || seq === undefined) return place;
      return place === start && seq > 0 ? place : { ...place, epoch: NO_LOG };
    },
    get position() {
      const { epoch, seq, receipts } = place;
      if (epoch === undefined || seq === undefined || receipts === undefined) return undefined;
      return { epoch, seq, receipts };
    },
    take(seq) {
      const last = place.seq ?? seq - 1;
      if (seq <= last) return 'repeat';
      if (seq > last + 1) return 'hole';
      // From here on a receipt may be of something that was handed out: after a cut, none may be left out.
      place = { ...place, seq, receipts: place.receipts ?? 0 };
      return 'next';
    },
    isBehind: (head) => head > (place.seq ?? head),
    takeReceipt(n) {
      if (n <= (place.receipts ?? 0)) return false;
      place = { ...place, receipts: n };
      return true;
    },
    ready({ epoch, head, receipts, oldest, open = oldest }) {
      if (place.isFromOpen && place.seq === undefined && open <= head) {
        place = { epoch, seq: open - 1 };
        return false;
      }
      if ((place.seq ?? head) !== head || (place.epoch ?? epoch) !== epoch) return false;
      // Higher than the service has it where the link before, which lasts, has brought more of the same log.
      const known = place.epoch === epoch ? (place.receipts ?? 0) : 0;
      place = { epoch, seq: head, receipts: Math.max(receipts, known) };
      return true;
    },
    gone({ epoch, oldest, head }) {
      const { seq, receipts } = place;
      const wasFollowed = place.epoch !== undefined || (seq ?? 0) > 0;
      // Of the same name but shorter is a log that was set back: what its numbers meant is gone with it.
      const isSame = place.epoch === epoch && seq !== undefined && seq <= head;
      place = { epoch, seq: oldest - 1, receipts: isSame ? receipts : undefined };
      if (!wasFollowed) return undefined;
      const gap = { epoch, oldest, head };
      return isSame && seq + 1 < oldest ? { ...gap, missing: { from: seq + 1, to: oldest - 1 } } : gap;
    },
  };
}
