/**
 * Catching up: from where a v1 client left off to the feed's present. Guarantees that the client sees every
 * notification after its cursor in order, without a gap or a repeat, or is told `gone` and gets all that is kept.
 *
 * The rule that everything hangs on: the session subscribes only in a turn in which its cursor is the feed's head. If
 * the feed is behind, the feed is advanced first, by the rows in hand; if it is ahead, the reading goes on.
 */

import type { LogPage } from '../domain/log.ts';
import { backoffMs } from '../platform/backoff.ts';
import { messageOf } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { goneFrame, notificationFrame, readyFrame, receiptFrame } from './protocol.ts';
import type { Session } from './session.ts';
import type { LogReader, NumberedFrame } from './shop-feed.ts';

export interface ReplayOptions {
  log: LogReader;
  pageSize: number;
  logger: Logger;
  /** Resolves after so many milliseconds, or earlier when the gateway closes. */
  pause(ms: number): Promise<unknown>;
}

export interface Cursor {
  seq: number;
  /** Undefined: the log that there is. */
  epoch: string | undefined;
  /** Undefined: receipts from the present on; those before it are told with the notifications. */
  receipts: number | undefined;
}

const BACKOFF = { initialMs: 100, maxMs: 5_000 };

/** How a replay ended: from memory alone, with the help of the log, or with the client gone. */
export type CaughtUp = 'tail' | 'log' | 'left';

/** Resolves when the session is subscribed and was told `ready`, or is closed. Never rejects. */
export async function replay(session: Session, from: Cursor, options: ReplayOptions): Promise<CaughtUp> {
  const cursor = { ...from, epoch: from.epoch ?? session.feed.at.epoch, head: 0 };
  let source: CaughtUp = 'tail';
  for (let failures = 0; session.isOpen; ) {
    try {
      if (await catchUpFromMemory(session, cursor)) return source;
      if (!session.isOpen) break;
      source = 'log';
      await catchUpFromLog(session, cursor, options);
      failures = 0;
    } catch (error) {
      const { shopId, sid } = session.request;
      options.logger.warn(
        { shopId, sid, error: messageOf(error), failures },
        'a replay has to wait for the log',
      );
      await options.pause(backoffMs(++failures, BACKOFF));
    }
  }
  return 'left';
}

/** `head` is the log's, as the last page had it: a feed that is below it has not heard of everything yet. */
type KnownCursor = Cursor & { epoch: string; head: number };

/**
 * Sends what memory holds, and if that was all, subscribes: in one turn, since an await would let the feed move on.
 * Resolves with false when the log has to be read, or the client had to drain first and has done so.
 */
async function catchUpFromMemory(session: Session, cursor: KnownCursor): Promise<boolean> {
  const { feed, request } = session;
  if (cursor.epoch !== feed.at.epoch || feed.at.head < cursor.head) return false;
  const notifications = feed.framesAfter(cursor.seq);
  const receipts = feed.receiptFramesAfter(cursor.receipts ?? feed.at.receipts);
  if (notifications === undefined || receipts === undefined) return false;
  cursor.receipts ??= feed.at.receipts;
  const sent = session.sendAll(notifications);
  cursor.seq = notifications[sent - 1]?.number ?? cursor.seq;
  if (sent === notifications.length) {
    const sentReceipts = session.sendAll(receipts);
    cursor.receipts = receipts[sentReceipts - 1]?.number ?? cursor.receipts;
    if (!session.isWaiting) {
      session.subscribe();
      session.send(readyFrame(request.shopId, feed.at));
      return true;
    }
  }
  await session.untilDrained();
  return false;
}

/** Reads and sends one page, and says `gone` where the cursor has no place in this log. */
async function catchUpFromLog(session: Session, cursor: KnownCursor, options: ReplayOptions): Promise<void> {
  const { feed } = session;
  const page = await options.log.page(session.request.shopId, cursor.seq, options.pageSize);
  if (page === undefined || page.epoch !== feed.at.epoch) return feed.refresh();
  cursor.head = page.head;
  if (hasNoPlace(cursor, page)) {
    session.send(goneFrame(page));
    cursor.epoch = page.epoch;
    cursor.seq = page.oldest - 1;
    cursor.receipts = page.receipts;
    return session.untilDrained();
  }
  cursor.receipts = Math.min(cursor.receipts ?? page.receipts, page.receipts);
  feed.offer(page.epoch, page.notifications);
  const rows = page.notifications.map((row) => ({ number: row.seq, frame: notificationFrame(row) }));
  cursor.seq = rows.at(-1)?.number ?? cursor.seq;
  await sendAtItsPace(session, rows);
  if (rows.length > 0) return;
  if (feed.at.head < cursor.seq || feed.at.receipts < cursor.receipts) await feed.refresh();
  await catchUpReceipts(session, cursor, options);
}

async function catchUpReceipts(session: Session, cursor: KnownCursor, options: ReplayOptions): Promise<void> {
  const { feed } = session;
  if (cursor.receipts === undefined || feed.receiptFramesAfter(cursor.receipts) !== undefined) return;
  const goal = feed.at.receipts;
  const receipts = await options.log.receipts(session.request.shopId, cursor.receipts, options.pageSize);
  feed.offerReceipts(cursor.epoch, receipts);
  const rows = receipts.map((receipt) => ({ number: receipt.n, frame: receiptFrame(receipt) }));
  cursor.receipts = rows.at(-1)?.number ?? cursor.receipts;
  // Those that are missing up to there were taken away together with their notifications.
  if (rows.length < options.pageSize) cursor.receipts = Math.max(cursor.receipts, goal);
  await sendAtItsPace(session, rows);
}

function hasNoPlace(cursor: KnownCursor, page: LogPage): boolean {
  return cursor.epoch !== page.epoch || cursor.seq > page.head || cursor.seq < page.oldest - 1;
}

/** Resolves when the client has taken all of it, or is gone. */
async function sendAtItsPace(session: Session, rows: readonly NumberedFrame[]): Promise<void> {
  let sent = 0;
  while (session.isOpen && sent < rows.length) {
    sent += session.sendAll(rows.slice(sent));
    await session.untilDrained();
  }
}
