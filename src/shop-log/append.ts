/**
 * Appending a batch to the shops' logs in one round trip. Guarantees, by the function in the database, that each event
 * is in its shop's log exactly once and that `seq` has no hole, also with several workers at once. An event is known by
 * its shop, its order and its id: the same id in another shop or of another order is another event.
 *
 * The function logs a batch of events that are all new to it. Events that come again are rare: it then says which they
 * are and logs nothing, and the rest is appended by another round trip.
 */

import type { Appended } from '../domain/log.ts';
import type { LoggedNotification, LoggedReceipt, Notification } from '../domain/notification.ts';
import type { Queryable } from '../platform/postgres.ts';
import { type NotificationRow, toLogged } from './notification-row.ts';
import { type ResolvedRow, toReceipt } from './receipt-row.ts';

type InLog = Exclude<Appended, { outcome: 'conflict' }>;

/** Resolves with one outcome for each notification, in their order. Rejects with Postgres's error, nothing appended. */
export async function appendNotifications(
  pool: Queryable,
  batch: readonly Notification[],
): Promise<Appended[]> {
  const places = new Map<string, InLog>();
  let rest = firstOfEachId(batch);
  do {
    const answer = await appendNew(pool, rest);
    if (answer.length === batch.length && answer[0]?.outcome === 'appended') return answer;
    for (const place of answer) places.set(keyOf(place.logged), place);
    rest = answer[0]?.outcome === 'appended' ? [] : rest.filter((one) => !places.has(keyOf(one)));
  } while (rest.length > 0);
  return batch.map((notification) => outcomeOf(notification, places));
}

/** What an event is known by: none of them can hold a space. */
function keyOf({ shopId, orderId, eventId }: Pick<Notification, 'shopId' | 'orderId' | 'eventId'>): string {
  return `${shopId} ${orderId} ${eventId}`;
}

function firstOfEachId(batch: readonly Notification[]): readonly Notification[] {
  if (batch.length < 2) return batch;
  const seen = new Set<string>();
  const firsts = batch.filter((notification) => seen.size !== seen.add(keyOf(notification)).size);
  return firsts.length === batch.length ? batch : firsts;
}

/** Of an event that is in the batch twice only the first was appended. */
function outcomeOf(notification: Notification, places: Map<string, InLog>): Appended {
  const key = keyOf(notification);
  const place = places.get(key);
  if (place === undefined) throw new Error(`no place for event ${notification.eventId}`);
  const { epoch, logged } = place;
  const { shopId, type, orderId } = logged;
  if (notification.type !== type) {
    return { outcome: 'conflict', detail: `id of type ${type}, order ${orderId}, shop ${shopId}` };
  }
  if (place.outcome === 'appended') places.set(key, { outcome: 'duplicate', epoch, logged });
  return place;
}

/** A shop's first free place; with `more`, an event that was logged before, or the receipt of a new one. */
interface Row {
  seq: string;
  epoch: string;
  more: FoundEvent | FoundReceipt | null;
}

/** As JSON: a time is text, and so is an order's id, of which a number would lose digits. */
type Found<R> = Omit<R, 'seq' | 'epoch' | 'occurred_at' | 'acked_at'> & { shop_id: string };
type FoundEvent = Found<NotificationRow> & { occurred_at: string; n: null };
type FoundReceipt = Found<ResolvedRow> & { acked_at: string; event_id: null };

/**
 * Appends all of them, each with its place; or none if some are in the log already: then those, as they are there. Almost always
 * there is nothing but a head for each shop: a column for each of the other things took longer to read than all the rest.
 */
async function appendNew(pool: Queryable, batch: readonly Notification[]): Promise<InLog[]> {
  const { shops, ordinals, nths } = numberByShop(batch);
  const { rows } = await pool.query<Row>({
    name: 'append-notifications',
    text: `SELECT a.seq, a.epoch, CASE WHEN a.event_id IS NOT NULL OR a.n IS NOT NULL
             THEN to_jsonb(a) || jsonb_build_object('order_id', a.order_id::text) END AS more
           FROM append_notifications($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) a`,
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
      publishingTimes(batch),
    ],
  });
  if (isEvent(rows[0]?.more ?? null)) return rows.map(toDuplicate);
  const receipts = rows.length === shops.length ? undefined : receiptsOf(rows.slice(shops.length));
  return batch.map((notification, index): InLog => {
    const row = rows[(ordinals[index] ?? 0) - 1];
    if (row === undefined) throw new Error('a notification without a shop');
    const { epoch } = row;
    const logged = atPlace(notification, Number(row.seq) + (nths[index] ?? 0));
    const receipt = receipts?.get(`${notification.shopId} ${logged.seq}`);
    if (receipt === undefined) return { outcome: 'appended', epoch, logged };
    // So that it does not ring before its receipt comes.
    Object.assign(logged, { ackedBy: receipt.sid, ackedAt: receipt.at, reason: receipt.reason });
    return { outcome: 'appended', epoch, logged, receipt };
  });
}

/** Named one by one: a copy by rest and spread takes ten times as long, and this is made for every event. */
function atPlace(notification: Notification, seq: number): LoggedNotification {
  const { shopId, eventId, type, orderId, content, occurredAt, summary, amount } = notification;
  const logged: LoggedNotification = { shopId, eventId, type, orderId, content, occurredAt, seq };
  if (summary !== undefined) logged.summary = summary;
  if (amount !== undefined) logged.amount = amount;
  return logged;
}

function isEvent(more: Row['more']): more is FoundEvent {
  return more !== null && more.event_id !== null;
}

function toDuplicate({ seq, epoch, more }: Row): InLog {
  if (!isEvent(more)) throw new Error('a head among events that were logged before');
  const logged = toLogged(more.shop_id, { ...more, seq, occurred_at: new Date(more.occurred_at) });
  return { outcome: 'duplicate', epoch, logged };
}

/** By shop and `seq`. */
function receiptsOf(rows: readonly Row[]): Map<string, LoggedReceipt> {
  return new Map(
    rows.map(({ seq, more }) => {
      if (more === null || isEvent(more)) throw new Error('more heads than shops');
      const receipt = toReceipt(more.shop_id, { ...more, seq, acked_at: new Date(more.acked_at), sid: null });
      return [`${more.shop_id} ${seq}`, receipt];
    }),
  );
}

/** No array at all where no event has one. */
function someOrNull<T>(values: readonly (T | null)[]): readonly (T | null)[] | null {
  return values.every((value) => value === null) ? null : values;
}

/** In milliseconds since 1970. */
function publishingTimes(batch: readonly Notification[]): string | null {
  if (batch.every(({ publishedAt }) => publishedAt === undefined)) return null;
  return arrayOf(batch.map(({ publishedAt }) => publishedAt ?? 'NULL'));
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
