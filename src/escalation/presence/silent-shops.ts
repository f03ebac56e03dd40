/** The shops that are to be looked at, in the tables. Each function is one statement, however many shops there are. */

import type { Queryable } from '../../platform/postgres.ts';
import type { SilentShop } from './decide-silence.ts';
import { LEASE_SECONDS } from './gateway-leases.ts';

export interface DueShop extends SilentShop {
  shopId: string;
  policyId: number | undefined;
  /** As it is in the table, for what is told of it; `since` is later where no escalator looked for a while. */
  silentSince: number;
}

interface DueRow {
  shop_id: string;
  since: number;
  silent_since: number;
  has_heard: boolean;
  has_open: boolean;
  hearing_since: number | null;
  deaf_since: number | null;
  policy_id: string | null;
  now: number;
}

/** Whole milliseconds, rounded down. */
const ms = (time: string) => `floor(extract(epoch FROM ${time}) * 1000)::float8`;

/** No watch looked for as long as a lease lasts: all were away, or Postgres was. Then sessions may be away as well. */
const IS_STALE = `w.looked_at < statement_timestamp() - make_interval(secs => ${LEASE_SECONDS})`;

/** Where that is so, the grace of all shops begins now. */
export async function noteLook(pool: Queryable): Promise<void> {
  await pool.query({
    name: 'note-look',
    text: `UPDATE deaf_watch w SET looked_at = clock_timestamp(),
             resumed_at = CASE WHEN ${IS_STALE} THEN clock_timestamp() ELSE resumed_at END`,
  });
}

/** A watch that is frozen holds up gateways and acknowledgements for so long. */
const IDLE_MS = 5_000;

/**
 * Locks up to `limit` of those that are due, for the caller's transaction; those that another watch has are passed over. What
 * gateways write of them waits until the transaction ends, so that what is read next stays true. The tables empty and fill at
 * once, and what the planner knows of their size is often wrong: all goes by index, and nothing is compiled for it.
 */
export async function lockDueShops(client: Queryable, limit: number): Promise<string[]> {
  await client.query(
    `SET LOCAL idle_in_transaction_session_timeout = ${IDLE_MS}; SET LOCAL enable_seqscan = off; SET LOCAL jit = off`,
  );
  const { rows } = await client.query<{ shop_id: string }>({
    name: 'lock-due-shops',
    text: `SELECT shop_id FROM silent_shops WHERE due_at <= statement_timestamp()
           ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED`,
    values: [limit],
  });
  return rows.map(({ shop_id }) => shop_id);
}

/** Of locked shops, all that is known of those that still exist. `now` is by Postgres's clock. */
export async function readDueShops(
  client: Queryable,
  shopIds: readonly string[],
): Promise<{ now: number; shops: DueShop[] }> {
  const { rows } = await client.query<DueRow>({
    name: 'read-due-shops',
    text: `
      SELECT s.shop_id, ${ms(`greatest(s.since, w.resumed_at, CASE WHEN ${IS_STALE} THEN statement_timestamp() END)`)} AS since, ${ms('s.since')} AS silent_since, s.has_heard,
        EXISTS (SELECT FROM escalations e WHERE e.shop_id = s.shop_id OFFSET 0) AS has_open,
        (SELECT ${ms('min(h.since)')} FROM hearing h JOIN gateways g ON g.id = h.gateway_id
          WHERE h.shop_id = s.shop_id AND g.lapses_at > statement_timestamp() OFFSET 0) AS hearing_since,
        ${ms('o.deaf_since')} AS deaf_since, coalesce(o.policy_id, (SELECT policy_id FROM escalation_default LIMIT 1)) AS policy_id,
        ${ms('statement_timestamp()')} AS now
      FROM silent_shops s CROSS JOIN LATERAL (SELECT * FROM shops o WHERE o.id = s.shop_id OFFSET 0) o
      CROSS JOIN LATERAL (SELECT * FROM deaf_watch LIMIT 1) w
      WHERE s.shop_id = ANY ($1)`,
    values: [shopIds],
  });
  return { now: rows[0]?.now ?? 0, shops: rows.map(toDueShop) };
}

function toDueShop(row: DueRow): DueShop {
  return {
    shopId: row.shop_id,
    since: row.since,
    silentSince: row.silent_since,
    hasHeard: row.has_heard,
    hasOpen: row.has_open,
    hearingSince: row.hearing_since ?? undefined,
    deafSince: row.deaf_since ?? undefined,
    policyId: row.policy_id === null ? undefined : Number(row.policy_id),
  };
}

export async function forgetSilentShops(client: Queryable, shopIds: readonly string[]): Promise<void> {
  if (shopIds.length === 0) return;
  await client.query({
    name: 'forget-silent-shops',
    text: 'DELETE FROM silent_shops WHERE shop_id = ANY ($1)',
    values: [shopIds],
  });
}

/** `at` undefined: not before something changes. */
export async function lookAgain(
  client: Queryable,
  shops: readonly { shopId: string; at: number | undefined }[],
): Promise<void> {
  if (shops.length === 0) return;
  await client.query({
    name: 'look-again',
    text: `UPDATE silent_shops s SET due_at = coalesce(to_timestamp(l.at / 1000), 'infinity')
           FROM unnest($1::text[], $2::float8[]) AS l (shop_id, at) WHERE s.shop_id = l.shop_id`,
    values: [shops.map(({ shopId }) => shopId), shops.map(({ at }) => at ?? null)],
  });
}

/**
 * Marks shops deaf since then, or, with undefined, hearing. Resolves with those that are marked; a shop whose row is in use
 * is passed over.
 */
export async function markDeaf(
  client: Queryable,
  shopIds: readonly string[],
  since: number | undefined,
): Promise<Set<string>> {
  if (shopIds.length === 0) return new Set();
  const { rows } = await client.query<{ id: string }>({
    name: 'mark-deaf',
    text: `UPDATE shops SET deaf_since = to_timestamp($2::float8 / 1000)
           FROM (SELECT id FROM shops WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED) free
           WHERE shops.id = free.id RETURNING shops.id`,
    values: [shopIds, since ?? null],
  });
  return new Set(rows.map(({ id }) => id));
}

/** What is open in these shops is due at once. Resolves with the shops of which rows were passed over: they were in use. */
export async function hastenEscalations(client: Queryable, shopIds: readonly string[]): Promise<string[]> {
  if (shopIds.length === 0) return [];
  const { rows } = await client.query<{ shop_id: string }>({
    name: 'hasten-escalations',
    text: `WITH free AS (
             SELECT shop_id, seq FROM escalations WHERE shop_id = ANY ($1) ORDER BY shop_id, seq FOR UPDATE SKIP LOCKED
           ), hastened AS (
             UPDATE escalations e SET due_at = least(e.due_at, clock_timestamp()) FROM free
             WHERE e.shop_id = free.shop_id AND e.seq = free.seq RETURNING e.shop_id, e.seq
           )
           SELECT DISTINCT e.shop_id FROM escalations e LEFT JOIN hastened h ON h.shop_id = e.shop_id AND h.seq = e.seq
           WHERE e.shop_id = ANY ($1) AND h.seq IS NULL`,
    values: [shopIds],
  });
  return rows.map(({ shop_id }) => shop_id);
}
