/**
 * Reads the end of a shop's log backwards: back to a time, and further to the lowest alert that is known to be open. Pure
 * but for the pages, which are handed in. Guarantees that a client which follows from `head` and `receipts` misses nothing:
 * both are of the first answer, and each page was read after it. Bounded: of a very long day the newest are read.
 */

import type { Alert, Escalation } from '../../client/types.ts';

/** The log also shows who was told last of an alert that the shop had not dealt with. */
export interface LoggedAlert extends Alert {
  readonly escalated?: Omit<Escalation, 'seq'>;
}

/** One answer of `GET /shops/:shop/notifications`. */
export interface LogAnswer {
  readonly epoch: string;
  readonly head: number;
  readonly oldest: number;
  readonly receipts: number;
  readonly notifications: readonly LoggedAlert[];
  /** The lowest `seq` that is open, else `head + 1`; an older service leaves it out. */
  readonly open?: number;
}

/** The page of at most `limit` alerts that follow `since`. Rejects with whatever went wrong. */
export type FetchLogPage = (since: number, limit: number) => Promise<LogAnswer>;

export interface DayLog {
  /** Undefined where the shop has no log yet. */
  readonly epoch: string | undefined;
  readonly head: number;
  readonly oldest: number;
  readonly receipts: number;
  /** From this `seq` to the head all was read. */
  readonly readFrom: number;
  /** In the order of `seq`; may hold older ones. */
  readonly alerts: readonly LoggedAlert[];
  readonly openFrom: number;
  /** There is more of today than was read. */
  readonly isCut: boolean;
}

/** From where on alerts of a log were still open, as noted on an earlier visit. */
export interface OpenMark {
  readonly epoch: string;
  readonly seq: number;
}

export interface ReadDayOptions {
  readPage: FetchLogPage;
  /** What is older need not be read; in milliseconds since 1970. Asked once the first answer has come. */
  notBefore(): number;
  mark?: OpenMark | undefined;
}

const PAGE_LENGTH = 500;
const MAX_PAGES = 20;
const MAX_RESTARTS = 3;

/** No log reaches so far: the answer holds where the log stands, and nothing else. */
const BEYOND = Number.MAX_SAFE_INTEGER;

/** The epoch of a shop that has no log yet. */
const NO_LOG = 'none';

export async function readDay(options: ReadDayOptions): Promise<DayLog> {
  for (let restarts = 0; ; restarts++) {
    const log = await attempt(options);
    if (log !== undefined) return log;
    if (restarts === MAX_RESTARTS) throw new Error('the log becomes another one again and again');
  }
}

/** Undefined if the log became another one between two pages. */
async function attempt({ readPage, notBefore, mark }: ReadDayOptions): Promise<DayLog | undefined> {
  const { epoch, head, oldest, receipts, open } = await readPage(BEYOND, 1);
  const from = notBefore();
  const known = epoch === NO_LOG ? undefined : epoch;
  const noted = mark !== undefined && mark.epoch === known ? mark.seq : Number.POSITIVE_INFINITY;
  const openFrom = open ?? noted;
  const pages: (readonly LoggedAlert[])[] = [];
  let readFrom = head + 1;
  let isWhole = false;
  while (readFrom > oldest && pages.length < MAX_PAGES && !isWhole) {
    const since = Math.max(readFrom - 1 - PAGE_LENGTH, oldest - 1);
    const page = await readPage(since, readFrom - 1 - since);
    if (page.epoch !== epoch) return undefined;
    pages.unshift(page.notifications);
    readFrom = since + 1;
    // An event may come late, with an old time among those of now: one such is not the end.
    const isBefore = page.notifications.every(({ occurredAt }) => Date.parse(occurredAt) < from);
    isWhole = isBefore && readFrom <= openFrom;
  }
  const isCut = !isWhole && readFrom > oldest;
  return { epoch: known, head, oldest, receipts, readFrom, alerts: pages.flat(), openFrom, isCut };
}
