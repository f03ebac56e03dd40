/** A shop's log as the stages pass it on: its state, its pages, its batches. The log itself is in Postgres. */

import { Type } from 'typebox';
import type { EventIdentity, LoggedNotification, LoggedReceipt } from './notification.ts';

/** Which log it is: numbers of one epoch mean nothing in another. */
export const Epoch = Type.String({
  pattern: '^[A-Za-z0-9._-]{1,64}$',
  description: '1 to 64 of A-Z a-z 0-9 . _ -',
});

/** A place in a log or a number of a receipt, or 0 before the first. */
export const Count = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'a whole number from 0',
});

/** From where on a till has to look for what still needs an answer. */
export const Open = Type.Integer({
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'the lowest `seq` that is neither acknowledged, resolved nor expired, else `head + 1`',
});

/** Where a shop's log stands. An empty log has `head` 0 and `oldest` 1. */
export interface LogState {
  /** Which log this is: another epoch is another log, and numbers of the one mean nothing in the other. */
  epoch: string;
  /** The highest `seq`. */
  head: number;
  /** The lowest `seq` that is kept. */
  oldest: number;
  /** The highest number of a receipt. */
  receipts: number;
}

/** Where a log stands, and which event is at its head, if that is kept. */
export interface OpenedLog extends LogState {
  /** The lowest `seq` that is neither acknowledged, resolved nor expired, else `head + 1`. */
  open: number;
  lastEvent?: EventIdentity;
}

/** Some notifications in the order of `seq`, and the state of the log in the same snapshot. */
export interface LogPage extends LogState {
  /** As of `OpenedLog`. */
  open: number;
  notifications: LoggedNotification[];
}

/** What was logged of one shop in one batch, in the order of `seq`. */
export interface LoggedBatch {
  shopId: string;
  epoch: string;
  notifications: LoggedNotification[];
}

/** What was acknowledged or resolved of one shop at once, in the order of `n`. */
export interface ReceiptBatch {
  shopId: string;
  epoch: string;
  receipts: LoggedReceipt[];
}

/** What became of one notification of a batch. */
export type Appended =
  /** `logged` is what the log holds: for a duplicate the row of the first time, which may read differently. */
  | {
      outcome: 'appended' | 'duplicate';
      epoch: string;
      logged: LoggedNotification;
      /** Upstream had dealt with its order before it came: it needs no answer. */
      receipt?: LoggedReceipt;
    }
  /** In this shop the event's id belongs to another type or order already. */
  | { outcome: 'conflict'; detail: string };

/** What a session acknowledges. */
export interface Acknowledgement {
  shopId: string;
  seqs: readonly number[];
  sid: string;
  /** The `sub` of the session's token; undefined without authentication. */
  subject: string | undefined;
  /** Undefined: of the log that there is. */
  epoch: string | undefined;
}

/** What became of an acknowledgement. What is named nowhere in it was acknowledged or resolved before. */
export interface Acknowledged {
  /** Undefined where no other gateway need learn of it: none was the first. */
  batch: ReceiptBatch | undefined;
  /** The log is another one than the acknowledgement is of. */
  wrongEpoch: number[];
  /** The log does not hold these: not yet, or no more. */
  unknown: number[];
}
