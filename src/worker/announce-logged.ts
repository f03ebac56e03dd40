/** Announcing what is logged, in as few turns of the event loop as may be: the gateway writes once a turn and socket. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LoggedBatch, ReceiptBatch } from '../domain/log.ts';
import type { LoggedNotification, LoggedReceipt } from '../domain/notification.ts';

/**
 * From 16 in a turn on, writing to a socket costs next to nothing for each. All of a large batch in one turn would keep
 * every other client waiting for tens of milliseconds, and a socket would have to take hundreds of kilobytes at once.
 */
const ANNOUNCED_A_TURN = 250;

/** What is logged, with the epoch of its shop's log. */
export interface LoggedInEpoch {
  epoch: string;
  logged: LoggedNotification;
  receipt?: LoggedReceipt;
}

/** One batch a shop, in the order of `seq`. */
export function batchesByShop(entries: Iterable<LoggedInEpoch>): LoggedBatch[] {
  const shops = new Map<string, LoggedBatch>();
  for (const { epoch, logged } of entries) {
    const { shopId } = logged;
    const shop = shops.get(shopId);
    if (shop) shop.notifications.push(logged);
    else shops.set(shopId, { shopId, epoch, notifications: [logged] });
  }
  // One that was logged before has its old place.
  for (const { notifications } of shops.values()) {
    if (notifications.length > 1) notifications.sort((a, b) => a.seq - b.seq);
  }
  return [...shops.values()];
}

/** Of those that have a receipt: one batch a shop, in the order of `n`. */
export function receiptsByShop(entries: Iterable<LoggedInEpoch>): ReceiptBatch[] {
  const shops = new Map<string, ReceiptBatch>();
  for (const { epoch, receipt } of entries) {
    if (receipt === undefined) continue;
    const { shopId } = receipt;
    const shop = shops.get(shopId);
    if (shop) shop.receipts.push(receipt);
    else shops.set(shopId, { shopId, epoch, receipts: [receipt] });
  }
  for (const shop of shops.values()) shop.receipts.sort((a, b) => a.n - b.n);
  return [...shops.values()];
}

/** Calls `announce` once a turn, the first time in this one. Resolves after the last call. */
export async function announceInTurns(
  batches: readonly LoggedBatch[],
  announce: (batches: readonly LoggedBatch[]) => void,
): Promise<void> {
  let turns = 0;
  for (const slice of slicesOf(batches, ANNOUNCED_A_TURN)) {
    if (turns++ > 0) await nextTurn();
    announce(slice);
  }
}

/** Slices of at most so many notifications, as few as possible, each shop's in their order. */
function* slicesOf(batches: Iterable<LoggedBatch>, most: number): Generator<LoggedBatch[]> {
  let slice: LoggedBatch[] = [];
  let room = most;
  for (const { shopId, epoch, notifications } of batches) {
    for (let from = 0; from < notifications.length; ) {
      const part = notifications.slice(from, from + room);
      slice.push({ shopId, epoch, notifications: part });
      from += part.length;
      room -= part.length;
      if (room > 0) continue;
      yield slice;
      slice = [];
      room = most;
    }
  }
  if (slice.length > 0) yield slice;
}
