/**
 * Catching up: from the place that a v1 client resumes at to the feed's present. The client gets every notification after
 * that place in order, without a gap or a repeat, or `gone` and all that is kept.
 *
 * The rule that everything hangs on: the session subscribes only in a turn in which its cursor is the feed's head. If
 * the feed is behind, the feed is advanced first, by the rows in hand; if it is ahead, the reading goes on.
 *
 * For a client that has to drain, only its cursor and the frame that did not fit are held: the rest of a page is dropped,
 * and read again when the client has read all that was sent.
 */

import type { LogPage } from '../domain/log.ts';
import { messageOf } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { type RetryOptions, retry } from '../platform/retry.ts';
import type { LogReader } from './feed/log-reader.ts';
import { goneFrame, notificationFrame, readyFrame, receiptFrame } from './server-frames.ts';
import type { Session } from './session.ts';
import type { Stalls } from './stalls.ts';

export interface ReplayOptions {
  log: LogReader;
  /** The most that is read at a time. */
  pageSize: number;
  /** Gets each wait for a client, and ends it where the client reads nothing. */
  stalls: Stalls<Session>;
  logger: Logger;
  /** Resolves after so many milliseconds, or earlier when the gateway closes. */
  pause(ms: number): Promise<unknown>;
}

/** Where a replay starts. */
export interface ReplayStart {
  seq: number;
  /** Undefined: the log that there is. */
  epoch: string | undefined;
  /** Undefined: receipts from the present on; those before it are part of their notifications. */
  receipts: number | undefined;
}

const BACKOFF = { initialMs: 100, maxMs: 5_000 };

/** How a replay ended: from memory alone, by reading the log, or because the client left. */
export type ReplayEnd = 'tail' | 'log' | 'left';

/** Resolves when the session is subscribed and `ready` was sent, or the socket has closed. Never rejects. */
export async function replay(
  session: Session,
  from: ReplayStart,
  options: ReplayOptions,
): Promise<ReplayEnd> {
  const epoch = from.epoch ?? session.feed.at.epoch;
  const cursor = { ...from, epoch, head: 0, pageSize: options.pageSize };
  let source: ReplayEnd = 'tail';
  let isOpenAsked = false;

  /** From memory if that reaches back far enough, else one page of the log. */
  async function goOn(): Promise<ReplayEnd | 'more'> {
    if (!session.isOpen) return 'left';
    if (session.isWaiting) await untilDrained(session, options.stalls);
    if (!isOpenAsked && session.feed.isOpenOutdated) {
      isOpenAsked = true;
      // What it knows is never too high: a log that is away, or slow, keeps no client waiting for more.
      await Promise.race([session.feed.refresh().catch(() => {}), options.pause(OPEN_MS)]);
      return 'more';
    }
    if (catchUpFromMemory(session, cursor)) return source;
    if (session.isWaiting || !session.isOpen) return 'more';
    source = 'log';
    await catchUpFromLog(session, cursor, options);
    return 'more';
  }

  const untilRead: RetryOptions = {
    backoff: BACKOFF,
    pause: options.pause,
    onFailure({ error, failures }) {
      const { shopId, sid } = session.request;
      options.logger.warn({ shopId, sid, error: messageOf(error), failures }, 'a replay waits for the log');
    },
  };
  for (;;) {
    const step = await retry(goOn, untilRead);
    if (step.outcome !== 'done') return 'left';
    if (step.value !== 'more') return step.value;
  }
}

/** Resolves when the client has read all that was sent, or the socket has closed. Sending sooner would hold more for it. */
async function untilDrained(session: Session, stalls: Stalls<Session>): Promise<void> {
  while (session.isWaiting) {
    stalls.restart(session);
    await session.untilProgress();
  }
  stalls.forget(session);
}

/** How long a client waits for what is open now. */
const OPEN_MS = 250;

/** How far a replay has come. */
interface ReplayCursor extends ReplayStart {
  epoch: string;
  /** The log's, as the last page had it: a feed that is below it has yet to be advanced. */
  head: number;
  /** How many rows to read next: rows that do not fit are read in vain. */
  pageSize: number;
}

/**
 * Sends what memory holds, and if that was all, subscribes: in one turn, since an await would let the feed move on.
 * False when the client has to drain first, or the log has to be read.
 */
function catchUpFromMemory(session: Session, cursor: ReplayCursor): boolean {
  const { feed, request } = session;
  if (cursor.epoch !== feed.at.epoch || feed.at.head < cursor.head) return false;
  const notifications = feed.framesAfter(cursor.seq);
  const receipts = feed.receiptFramesAfter(cursor.receipts ?? feed.at.receipts);
  if (notifications === undefined || receipts === undefined) return false;
  cursor.receipts ??= feed.at.receipts;
  const sent = session.sendAll(notifications);
  cursor.seq = notifications[sent - 1]?.number ?? cursor.seq;
  if (sent < notifications.length || session.isWaiting) return false;
  const sentReceipts = session.sendAll(receipts);
  cursor.receipts = receipts[sentReceipts - 1]?.number ?? cursor.receipts;
  if (sentReceipts < receipts.length || session.isWaiting || !session.isOpen) return false;
  session.subscribe();
  session.send(readyFrame(request.shopId, feed.at, feed.open, new Date()));
  return true;
}

/** Reads one page and sends what fits of it, or `gone` where the cursor has no place in this log. */
async function catchUpFromLog(session: Session, cursor: ReplayCursor, options: ReplayOptions): Promise<void> {
  const { feed } = session;
  // What the feed knows to be missing is the least that a page has to hold: a large one would keep others waiting.
  const missing = Math.max(1, feed.at.head - cursor.seq);
  const isKnown = cursor.epoch === feed.at.epoch && feed.at.head >= cursor.head;
  const limit = isKnown ? Math.min(cursor.pageSize, missing) : cursor.pageSize;
  const page = await options.log.page(session.request.shopId, cursor.seq, limit);
  if (page === undefined || page.epoch !== feed.at.epoch) return feed.refresh();
  cursor.head = page.head;
  if (hasNoPlace(cursor, page)) {
    session.send(goneFrame(page));
    cursor.epoch = page.epoch;
    cursor.seq = page.oldest - 1;
    cursor.receipts = page.receipts;
    return;
  }
  cursor.receipts = Math.min(cursor.receipts ?? page.receipts, page.receipts);
  feed.offer(page.epoch, page.notifications);
  const rows = page.notifications;
  const sent = sendWhatFits(session, cursor, options.pageSize, rows, notificationFrame);
  cursor.seq = rows[sent - 1]?.seq ?? cursor.seq;
  if (rows.length > 0) return;
  if (feed.at.head < cursor.seq || feed.at.receipts < cursor.receipts) await feed.refresh();
  await catchUpReceipts(session, cursor, options);
}

async function catchUpReceipts(
  session: Session,
  cursor: ReplayCursor,
  options: ReplayOptions,
): Promise<void> {
  const { feed } = session;
  if (cursor.receipts === undefined || feed.receiptFramesAfter(cursor.receipts) !== undefined) return;
  const goal = feed.at.receipts;
  const { pageSize } = cursor;
  const receipts = await options.log.receipts(session.request.shopId, cursor.receipts, pageSize);
  feed.offerReceipts(cursor.epoch, receipts);
  const sent = sendWhatFits(session, cursor, options.pageSize, receipts, receiptFrame);
  cursor.receipts = receipts[sent - 1]?.n ?? cursor.receipts;
  // Those that are missing up to there were taken away together with their notifications.
  const isAll = sent === receipts.length && receipts.length < pageSize;
  if (isAll) cursor.receipts = Math.max(cursor.receipts, goal);
}

function hasNoPlace(cursor: ReplayCursor, page: LogPage): boolean {
  return cursor.epoch !== page.epoch || cursor.seq > page.head || cursor.seq < page.oldest - 1;
}

/** Sends rows until the client has to drain, and returns how many. The next page is about as large. */
function sendWhatFits<Row>(
  session: Session,
  cursor: ReplayCursor,
  mostRows: number,
  rows: readonly Row[],
  frameOf: (row: Row) => string,
): number {
  const sent = session.sendAll(framesOf(rows, frameOf));
  cursor.pageSize = sent < rows.length ? Math.max(1, sent) : Math.min(mostRows, cursor.pageSize * 2);
  return sent;
}

/** Makes each frame when its turn has come: most of a page may be dropped unsent. */
function* framesOf<Row>(rows: readonly Row[], frameOf: (row: Row) => string): Generator<{ frame: string }> {
  for (const row of rows) yield { frame: frameOf(row) };
}
