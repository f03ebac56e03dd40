/**
 * Appending a batch to the shops' logs in one round trip. Guarantees, by the function in the database, that each event
 * is in its shop's log exactly once and that `seq` has no hole, also with several workers at once. An event's id is one
 * of its shop: the same id in another shop is another event.
 *
 * The function logs a batch of events that are all new to it. Events that come again are rare: it then says which they
 * are and logs nothing, and the rest is appended by another round trip.
 */

import type { Appended } from '../domain/log.ts';
import type { LoggedNotification, LoggedReceipt, Notification } from '../domain/notification.ts';
import type { Queryable } from '../platform/postgres.ts';
import { type NotificationRow, toLogged } from './notification-row.ts';
import { type ResolvedRow, toReceipt } from './receipt-row.ts';

/** A place in the log, new or found. */
interface Place {
  epoch: string;
  logged: LoggedNotification;
  receipt?: LoggedReceipt | undefined;
  /** Taken by this batch, and not answered with yet. */
  isNew: boolean;
}

/** Resolves with one outcome for each notification, in their order. Rejects with Postgres's error, nothing appended. */
export async function appendNotifications(
  pool: Queryable,
  batch: readonly Notification[],
): Promise<Appended[]> {
  const places = new Map<string, Place>();
  let rest = firstOfEachId(batch);
  do {
    const found = await appendNew(pool, rest, places);
    rest = found === 0 ? [] : rest.filter((notification) => !places.has(keyOf(notification)));
  } while (rest.length > 0);
  return batch.map((notification) => outcomeOf(notification, places.get(keyOf(notification))));
}

/** An event's id within its shop: neither can hold a space. */
function keyOf({ shopId, eventId }: { shopId: string; eventId: string }): string {
  return `${shopId} ${eventId}`;
}

function firstOfEachId(batch: readonly Notification[]): readonly Notification[] {
  const seen = new Set<string>();
  const firsts = batch.filter((notification) => seen.size !== seen.add(keyOf(notification)).size);
  return firsts.length === batch.length ? batch : firsts;
}

function outcomeOf(notification: Notification, place: Place | undefined): Appended {
  if (place === undefined) throw new Error(`no place for event ${notification.eventId}`);
  const { epoch, logged, receipt, isNew } = place;
  const { shopId, type, orderId } = logged;
  if (notification.type !== type || notification.orderId !== orderId) {
    return { outcome: 'conflict', detail: `id of type ${type}, order ${orderId}, shop ${shopId}` };
  }
  place.isNew = false;
  if (isNew && receipt !== undefined) return { outcome: 'appended', epoch, logged, receipt };
  return { outcome: isNew ? 'appended' : 'duplicate', epoch, logged };
}

/** A shop's first free place; with an event's columns, an event that was logged before; with a receipt's, that receipt. */
type Row = { shop_id: string; seq: string; epoch: string } & (
  | (NotificationRow & { n: null })
  | { event_id: null; n: null }
  | ({ event_id: null } & ResolvedRow)
);

/** Appends all of them, or none if some are in the log already: how many those are. Each gets or shows its place. */
async function appendNew(
  pool: Queryable,
  batch: readonly Notification[],
  places: Map<string, Place>,
): Promise<number> {
  const { shops, ordinals, nths } = numberByShop(batch);
  const { rows } = await pool.query<Row>({
    name: 'append-notifications',
    text: `SELECT shop_id, seq, epoch, event_id, type, order_id, content, occurred_at, summary, amount, n, reason, acked_at
           FROM append_notifications($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    values: [
      shops.map(({ id }) => id),
      arrayOf(shops.map(({ count }) => count)),
      arrayOf(ordinals),
      arrayOf(nths),
      batch.map((n) => n.eventId),
      arrayOf(batch.map((n) => n.type)),
      arrayOf(batch.map((n) => n.orderId)),
      batch.map((n) => n.content),
      batch.map((n) => n.occurredAt),
      someOrNull(batch.map((n) => n.summary ?? null)),
      someOrNull(batch.map((n) => n.amount ?? null)),
    ],
  });
  const found = rows.filter((row) => row.event_id !== null);
  for (const row of found) {
    const logged = toLogged(row.shop_id, row);
    places.set(keyOf(logged), { epoch: row.epoch, logged, isNew: false });
  }
  if (found.length > 0) return found.length;
  const resolved = new Map<string, LoggedReceipt>();
  for (const row of rows.slice(shops.length)) {
    if (row.event_id !== null || row.n === null) throw new Error(`more heads than ${shops.length} shops`);
    resolved.set(`${row.shop_id} ${row.seq}`, toReceipt(row.shop_id, { ...row, sid: null }));
  }
  batch.forEach((notification, index) => {
    const row = rows[(ordinals[index] ?? 0) - 1];
    if (row === undefined) throw new Error('a notification without a shop');
    const logged: LoggedNotification = { ...notification, seq: Number(row.seq) + (nths[index] ?? 0) };
    const receipt = resolved.size === 0 ? undefined : resolved.get(`${row.shop_id} ${logged.seq}`);
    // So that it does not ring before its receipt comes.
    if (receipt) Object.assign(logged, { ackedBy: receipt.sid, ackedAt: receipt.at, reason: receipt.reason });
    places.set(keyOf(logged), { epoch: row.epoch, logged, receipt, isNew: true });
  });
  return 0;
}

/** No array at all where no event has one. */
function someOrNull<T>(values: readonly (T | null)[]): readonly (T | null)[] | null {
  return values.every((value) => value === null) ? null : values;
}

/** What pg would make of them, without looking for quotes in each: they are made of digits. */
function arrayOf(numbers: readonly (number | string)[]): string {
  return `{${numbers.join(',')}}`;
}

interface ShopOfBatch {
  id: string;
  count: number;
  /** Its place in the order of ids, from 1. */
  ordinal: number;
}

/** The shops in the order of their ids, and for each notification its shop's ordinal and its own place there. */
function numberByShop(batch: readonly Notification[]): {
  shops: ShopOfBatch[];
  ordinals: number[];
  nths: number[];
} {
  const byId = new Map<string, ShopOfBatch>();
  const shopOf: ShopOfBatch[] = [];
  const nths: number[] = [];
  for (const { shopId } of batch) {
    const shop = byId.get(shopId) ?? { id: shopId, count: 0, ordinal: 0 };
    if (shop.count === 0) byId.set(shopId, shop);
    nths.push(++shop.count);
    shopOf.push(shop);
  }
  const shops = [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  shops.forEach((shop, index) => {
    shop.ordinal = index + 1;
  });
  return { shops, ordinals: shopOf.map(({ ordinal }) => ordinal), nths };
}
