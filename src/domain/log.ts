/** A shop's log as the stages see it: what they say to each other about it. Types only; the log itself is Postgres. */

import type { LoggedNotification, Receipt } from './notification.ts';

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

/** Some notifications in the order of `seq`, and the state of the log in the same snapshot. */
export interface LogPage extends LogState {
  notifications: LoggedNotification[];
}

/** What was logged of one shop in one batch, in the order of `seq`. */
export interface LoggedBatch {
  shopId: string;
  epoch: string;
  notifications: LoggedNotification[];
}

export type Acknowledged =
  | { outcome: 'first'; epoch: string; receipt: Receipt }
  /** Somebody was earlier; nothing changed. */
  | { outcome: 'later' }
  /** The log does not hold it: not yet, or no more. */
  | { outcome: 'unknown-seq' };
