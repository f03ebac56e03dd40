/**
 * A stretch of a shop's log by time: what was logged from one instant on and before another, summed up or searched. The log is in the
 * order of these times, which are all of Postgres's clock; `occurredAt` is the publisher's, and orders nothing.
 */

import { type Static, Type } from 'typebox';
import { Count, Epoch, type LogPage } from './log.ts';
import { LogEntry, type LoggedNotification, NotificationType, Seq } from './notification.ts';
import { ShopId, UtcInstant } from './order.ts';

/** Instants in UTC; undefined is from the beginning, or to the end. */
export interface TimeRange {
  from: string | undefined;
  to: string | undefined;
}

/** A page of what was logged in a range. */
export interface RangePage extends LogPage {
  /** The first `seq` behind the range. */
  ends: number;
}

const orNull = <T extends typeof UtcInstant>(instant: T, description: string) =>
  Type.Union([instant, Type.Null()], { description });

/** What became of the notifications of one type. Each is in one of acknowledged, resolved, expired and open. */
export const KindSummary = Type.Object({
  type: NotificationType,
  logged: Count,
  acknowledged: Count,
  resolved: { ...Count, description: 'upstream has accepted or cancelled the order' },
  expired: { ...Count, description: 'the escalation ended without an answer' },
  open: Count,
  escalated: { ...Count, description: 'a step of the escalation fired, whatever became of it later' },
  medianSeconds: Type.Union([Type.Number({ minimum: 0 }), Type.Null()], {
    description: 'from logged to acknowledged; null where none was acknowledged',
  }),
  slowest: Type.Union([Type.Object({ seq: Seq, seconds: Type.Number({ minimum: 0 }) }), Type.Null()], {
    description: 'the one that was acknowledged last after it was logged',
  }),
});
export type KindSummary = Static<typeof KindSummary>;

/** How many notifications a summary looks at: a stretch of more is summed up in part. */
export const MOST_SUMMED = 50_000;

/** A stretch of a log in numbers. */
export const LogSummary = Type.Object({
  shop: ShopId,
  epoch: Epoch,
  now: UtcInstant,
  keptFrom: orNull(UtcInstant, 'when the oldest that is kept was logged; null of an empty log'),
  isWhole: Type.Boolean({ description: `false where only the first ${MOST_SUMMED} were looked at` }),
  kinds: Type.Array(KindSummary, { description: 'one for each type that there is' }),
});
export type LogSummary = Static<typeof LogSummary>;

/** What is sought, newest first, below a place in the log. */
export interface LogSearch {
  shopId: string;
  number: string;
  /** Undefined: from the head on. */
  before: number | undefined;
  limit: number;
}

/** What one search found, newest first. */
export interface FoundNotifications {
  epoch: string;
  notifications: LoggedNotification[];
  next: number | null;
  searchedTo: string | null;
}

export const LogSearchPage = Type.Object({
  shop: ShopId,
  epoch: Epoch,
  now: UtcInstant,
  notifications: Type.Array(LogEntry, { description: 'newest first' }),
  next: Type.Union([Seq, Type.Null()], {
    description: 'the `before` of the next page; null where all that is kept was searched',
  }),
  searchedTo: orNull(UtcInstant, 'when the oldest that was looked at was logged; null where nothing was'),
});
export type LogSearchPage = Static<typeof LogSearchPage>;
