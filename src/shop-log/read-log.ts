/**
 * Reading the shops' logs. Guarantees that a page and the log's state beside it are of one snapshot, and that a page has
 * no hole: its rows follow each other, starting after `since` or, if that is gone, at the oldest that is kept.
 */

import type { LogPage, LogState, OpenedLog } from '../domain/log.ts';
import type { LoggedNotification, LoggedReceipt, ReceiptReason } from '../domain/notification.ts';
import { normaliseOrderId } from '../domain/order.ts';
import type { Queryable } from '../platform/postgres.ts';
import { type NotificationRow, toLogged } from './notification-row.ts';
import { type ReceiptRow, toReceipt } from './receipt-row.ts';

/**
 * What is open from the bound on that acknowledging and resolving move. So many rows are looked at: further on it is a lower
 * bound as well.
 */
const OPEN_LOOK = 10_000;
export const OPEN_FROM = `(SELECT next_open(s.id, greatest(s.open_from, s.oldest), ${OPEN_LOOK}) AS open OFFSET 0)`;

/** The bound is moved on where a read passed over so many: what expires does not move it. */
const OPEN_MOVE = 500;

/** It reads a file of the server's: once for a statement, not once for each row. */
export const IDENTITY_ONCE = '(SELECT log_identity() AS identity OFFSET 0)';

export interface StateRow {
  id: string;
  epoch: string;
  head: string;
  oldest: string;
  receipts: string;
}

interface OpenRow {
  open: string;
}

/** Of a page without notifications there is one row, which has none. */
type PageRow = StateRow &
  OpenRow &
  ({ seq: null } | NotificationRow) & {
    acked_by: string | null;
    acked_at: Date | null;
    reason: ReceiptReason | null;
  };

/** The notifications of a shop after `since`, at most `limit`. */
export interface AskedPage {
  shopId: string;
  since: number;
  limit: number;
}

/** Undefined for a shop that has no log yet. */
export async function readPage(
  pool: Queryable,
  shopId: string,
  since: number,
  limit: number,
): Promise<LogPage | undefined> {
  return (await readPages(pool, [{ shopId, since, limit }]))[0];
}

/**
 * In the order in which they are asked for, all of one snapshot; undefined for a shop that has no log yet, of which there is a
 * row all the same: the log's identity is asked for, which a server in recovery does not give.
 */
export async function readPages(
  pool: Queryable,
  asked: readonly AskedPage[],
): Promise<(LogPage | undefined)[]> {
  const { rows } = await pool.query<(PageRow | { head: null }) & { place: string }>({
    name: 'read-pages',
    text: `SELECT q.place, s.epoch || '.' || l.identity AS epoch, s.head, s.oldest, s.receipts, o.open,
             n.seq, n.event_id, n.type, n.order_id, n.content, n.occurred_at, n.summary, n.amount,
             r.sid AS acked_by, r.acked_at, r.reason
           FROM ${IDENTITY_ONCE} l
           CROSS JOIN unnest($1::text[], $2::bigint[], $3::int[]) WITH ORDINALITY
             AS q (shop_id, since, most, place)
           LEFT JOIN shops s ON s.id = q.shop_id
           LEFT JOIN LATERAL ${OPEN_FROM} o ON true
           LEFT JOIN LATERAL (
             SELECT n.seq, n.event_id, n.type, n.order_id, n.content, n.occurred_at, n.summary, n.amount
             FROM notifications n WHERE n.shop_id = s.id AND n.seq > q.since ORDER BY n.seq LIMIT q.most
           ) n ON true
           LEFT JOIN receipts r ON r.shop_id = s.id AND r.seq = n.seq
           ORDER BY q.place, n.seq`,
    values: [
      asked.map(({ shopId }) => shopId),
      asked.map(({ since }) => since),
      asked.map(({ limit }) => limit),
    ],
  });
  const pages = asked.map((): LogPage | undefined => undefined);
  for (const row of rows) {
    if (row.head === null) continue;
    const index = Number(row.place) - 1;
    const page = pages[index] ?? { ...toState(row), open: Number(row.open), notifications: [] };
    page.notifications.push(...toNotifications(asked[index]?.shopId ?? '', row));
    pages[index] = page;
  }
  return pages;
}

/** Where the logs of these shops stand; a shop without a log is missing from the answer. */
export async function readStates(
  pool: Queryable,
  shopIds: readonly string[],
): Promise<Map<string, LogState>> {
  const { rows } = await pool.query<StateRow>({
    name: 'read-states',
    text: `SELECT s.id, s.epoch || '.' || l.identity AS epoch, s.head, s.oldest, s.receipts
           FROM ${IDENTITY_ONCE} l, shops s WHERE s.id = ANY ($1)`,
    values: [shopIds],
  });
  return new Map(rows.map((row) => [row.id, toState(row)]));
}

/** Where the log stands, but `head` is the last that was stored more than so long ago, by Postgres's clock. */
export async function readStateAgo(
  pool: Queryable,
  shopId: string,
  ms: number,
): Promise<LogState | undefined> {
  const { rows } = await pool.query<StateRow>({
    name: 'read-state-ago',
    text: `SELECT s.id, s.epoch || '.' || l.identity AS epoch, s.oldest, s.receipts,
             coalesce((SELECT n.seq FROM notifications n
               WHERE n.shop_id = s.id AND n.stored_at < clock_timestamp() - make_interval(secs => $2::float8 / 1000)
               ORDER BY n.seq DESC LIMIT 1), s.oldest - 1) AS head
           FROM ${IDENTITY_ONCE} l, shops s WHERE s.id = $1`,
    values: [shopId, ms],
  });
  return rows[0] && toState(rows[0]);
}

/** Postgres's clock, in microseconds since 1970. */
export async function readClock(pool: Queryable): Promise<number> {
  const { rows } = await pool.query<{ clock: string }>({
    name: 'read-clock',
    text: 'SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS clock',
  });
  return Number(rows[0]?.clock ?? 0);
}

/** Where the shop's log stands; makes an empty one if it has none, so that its epoch is settled. */
export async function openLog(pool: Queryable, shopId: string): Promise<OpenedLog> {
  const [opened] = await openLogs(pool, [shopId]);
  if (opened === undefined) throw new Error(`no answer for the log of shop ${shopId}`);
  return opened;
}

/** The same for many, in the order in which they are asked for. */
export async function openLogs(pool: Queryable, shopIds: readonly string[]): Promise<OpenedLog[]> {
  const known = await readOpened(pool, shopIds);
  // In the order in which appends lock them.
  const missing = [...new Set(shopIds)].filter((shopId) => !known.has(shopId)).sort();
  if (missing.length > 0) {
    await pool.query('INSERT INTO shops (id) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING', [missing]);
    for (const [shopId, made] of await readOpened(pool, missing)) known.set(shopId, made);
  }
  return shopIds.map((shopId) => {
    const opened = known.get(shopId);
    if (opened === undefined) throw new Error(`the log of shop ${shopId} is missing right after it was made`);
    return opened;
  });
}

async function readOpened(pool: Queryable, shopIds: readonly string[]): Promise<Map<string, OpenedLog>> {
  const { rows } = await pool.query<OpenedRow>({
    name: 'read-opened',
    text: `SELECT s.id, s.epoch || '.' || l.identity AS epoch, s.head, s.oldest, s.receipts, s.open_from, o.open, n.order_id, n.event_id
           FROM ${IDENTITY_ONCE} l CROSS JOIN shops s CROSS JOIN LATERAL ${OPEN_FROM} o
           LEFT JOIN notifications n ON n.shop_id = s.id AND n.seq = s.head
           WHERE s.id = ANY ($1)`,
    values: [shopIds],
  });
  await moveOpenFrom(pool, rows);
  return new Map(rows.map((row) => [row.id, toOpened(row)]));
}

type OpenedRow = StateRow &
  OpenRow & { open_from: string } & ({ event_id: null } | { event_id: string; order_id: string });

async function moveOpenFrom(pool: Queryable, rows: readonly OpenedRow[]): Promise<void> {
  const far = rows.filter(({ open, open_from: from, oldest }) => {
    return Number(open) - Math.max(Number(from), Number(oldest)) > OPEN_MOVE;
  });
  for (const { id, open } of far) {
    await pool.query('UPDATE shops SET open_from = $2 WHERE id = $1 AND open_from < $2', [id, open]);
  }
}

function toOpened(row: OpenedRow): OpenedLog {
  const opened: OpenedLog = { ...toState(row), open: Number(row.open) };
  if (row.event_id !== null) {
    opened.lastEvent = { orderId: normaliseOrderId(row.order_id), eventId: row.event_id };
  }
  return opened;
}

/** The receipts after number `since`, at most `limit`, in order. */
export async function readReceipts(
  pool: Queryable,
  shopId: string,
  since: number,
  limit: number,
): Promise<LoggedReceipt[]> {
  const { rows } = await pool.query<ReceiptRow>({
    name: 'read-receipts',
    text: 'SELECT n, seq, sid, reason, acked_at FROM receipts WHERE shop_id = $1 AND n > $2 ORDER BY n LIMIT $3',
    values: [shopId, since, limit],
  });
  return rows.map((row) => toReceipt(shopId, row));
}

export function toState(row: StateRow): LogState {
  return {
    epoch: row.epoch,
    head: Number(row.head),
    oldest: Number(row.oldest),
    receipts: Number(row.receipts),
  };
}

function toNotifications(shopId: string, row: PageRow): LoggedNotification[] {
  if (row.seq === null) return [];
  const notification = toLogged(shopId, row);
  const { acked_by: ackedBy, acked_at: ackedAt, reason } = row;
  if (ackedAt === null || reason === null) return [notification];
  return [{ ...notification, ackedBy, ackedAt: ackedAt.toISOString(), reason }];
}
