/**
 * Reads from the log what a feed misses of it, a page at a time. Guarantees that what is published follows the head. The
 * two kinds differ in what a hole means. Notifications are missing only where retention has taken away all up to the
 * oldest: the feed has to move there. A receipt may be missing anywhere, gone with its notification, and is skipped.
 */

import type { LogState } from '../../domain/log.ts';
import type { FollowedLog } from './followed-log.ts';
import type { LogReader } from './log-reader.ts';

export interface MissingOptions {
  shopId: string;
  followed: FollowedLog;
  log: LogReader;
  pageSize: number;
  /** Whether what was read may still be published: the feed may have closed, or know of another log. */
  isPublishing(): boolean;
  /** The log is not kept as far back as the head: moves to this place, with items up to `wanted` to be read. */
  moveTo(place: LogState, wanted: number): void;
}

/** Whether something was published that was not announced. Rejects while the log is away. */
export async function readMissingNotifications(options: MissingOptions): Promise<boolean> {
  const { shopId, followed, log, pageSize, isPublishing } = options;
  const { notifications } = followed;
  const before = followed.at;
  const goal = notifications.wanted;
  const page = await log.page(shopId, before.head, pageSize);
  if (!isPublishing()) return false;
  const { head } = notifications;
  if (page === undefined || page.epoch !== before.epoch || page.head < before.head) {
    followed.compare(before, page ?? (await log.open(shopId)));
  } else if ((page.notifications[0]?.seq ?? page.head + 1) > head + 1) {
    // The process slept for longer than the log is kept, of which perhaps no row remains.
    options.moveTo({ ...page, head: page.oldest - 1 }, page.head);
  } else {
    notifications.publishNext(page.notifications);
    notifications.settle(goal, page.head);
    return notifications.head > head;
  }
  return false;
}

/** Rejects while the log is away. */
export async function readMissingReceipts(options: MissingOptions): Promise<void> {
  const { shopId, followed, log, pageSize, isPublishing } = options;
  const { receipts } = followed;
  const before = followed.at;
  const goal = receipts.wanted;
  const state = (await log.states([shopId])).get(shopId);
  const rows = await log.receipts(shopId, before.receipts, pageSize);
  if (!isPublishing()) return;
  if (state === undefined || state.epoch !== before.epoch || state.receipts < before.receipts) {
    followed.compare(before, state ?? (await log.open(shopId)));
    return;
  }
  for (const row of rows) {
    if (row.n > receipts.head + 1) receipts.skipTo(row.n);
    receipts.publishNext([row]);
  }
  const isAll = rows.length < pageSize;
  if (isAll && receipts.head < state.receipts) receipts.skipTo(state.receipts + 1);
  receipts.settle(goal, state.receipts);
}
