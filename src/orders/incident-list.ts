/** Incidents for the operator: to be listed, counted and settled. */

import type { AskedIncidents, Incident } from '../domain/incident.ts';
import type { IncidentKind } from '../domain/incident-kinds.ts';
import { normaliseOrderId } from '../domain/order.ts';
import type { ProviderName } from '../domain/payment-provider.ts';
import type { Queryable } from '../platform/postgres.ts';

interface IncidentRow {
  id: string;
  kind: IncidentKind;
  provider: ProviderName;
  order_number: string;
  shop_id: string | null;
  order_id: string | null;
  transaction_id: string | null;
  amount: string | null;
  notice: Incident['notice'];
  first_at: Date;
  last_at: Date;
  times: string;
  resolved_at: Date | null;
  note: string | null;
}

const COLUMNS =
  'id, kind, provider, order_number, shop_id, order_id, transaction_id, amount, notice, first_at, last_at, times, resolved_at, note';

/** In the order in which they were recorded. */
export async function listIncidents(pool: Queryable, asked: AskedIncidents): Promise<Incident[]> {
  const { state, after, limit, shops } = asked;
  const { rows } = await pool.query<IncidentRow>({
    text: `SELECT ${COLUMNS} FROM payment_incidents
           WHERE id > $1 AND ($2 = 'all' OR (resolved_at IS NULL) = ($2 = 'open'))
             AND ($3::text[] IS NULL OR shop_id = ANY ($3))
           ORDER BY id LIMIT $4`,
    values: [after, state, shops === '*' ? null : shops, limit],
  });
  return rows.map(toIncident);
}

/** Undefined where there is none of that id, `settled` where it was settled before: the first note stays. */
export async function resolveIncident(
  pool: Queryable,
  id: string,
  note: string,
): Promise<Incident | 'settled' | undefined> {
  const { rows } = await pool.query<IncidentRow>({
    text: `UPDATE payment_incidents SET resolved_at = clock_timestamp(), note = $2
           WHERE id = $1 AND resolved_at IS NULL RETURNING ${COLUMNS}`,
    values: [id, note],
  });
  if (rows[0] !== undefined) return toIncident(rows[0]);
  const { rows: others } = await pool.query('SELECT FROM payment_incidents WHERE id = $1', [id]);
  return others.length > 0 ? 'settled' : undefined;
}

const COUNTED_ROWS = 1_000;

export async function countOpenIncidents(pool: Queryable): Promise<number> {
  const { rows } = await pool.query<{ count: number }>({
    name: 'count-open-incidents',
    text: `SELECT count(*)::int AS count
           FROM (SELECT FROM payment_incidents WHERE resolved_at IS NULL LIMIT $1) counted`,
    values: [COUNTED_ROWS],
  });
  return rows[0]?.count ?? 0;
}

function toIncident(row: IncidentRow): Incident {
  return {
    id: row.id,
    kind: row.kind,
    provider: row.provider,
    orderNumber: row.order_number,
    shopId: row.shop_id,
    orderId: row.order_id === null ? null : normaliseOrderId(row.order_id),
    transactionId: row.transaction_id,
    amount: row.amount === null ? null : Number(row.amount),
    notice: row.notice,
    firstAt: row.first_at.toISOString(),
    lastAt: row.last_at.toISOString(),
    times: Number(row.times),
    resolvedAt: row.resolved_at?.toISOString() ?? null,
    note: row.note,
  };
}
