/**
 * Acknowledging a notification. Guarantees that of any number of acknowledgements of one the first wins, for good, and
 * that one of another log changes nothing.
 */

import type { Acknowledged } from '../domain/log.ts';
import type { Queryable } from '../platform/postgres.ts';

interface Row {
  outcome: Acknowledged['outcome'];
  n: string;
  sid: string;
  acked_at: Date;
  epoch: string;
}

export async function acknowledge(
  pool: Queryable,
  shopId: string,
  seq: number,
  sid: string,
  { subject, epoch }: { subject?: string | undefined; epoch?: string | undefined } = {},
): Promise<Acknowledged> {
  const { rows } = await pool.query<Row>({
    name: 'acknowledge',
    text: 'SELECT outcome, n, sid, acked_at, epoch FROM acknowledge_notification($1, $2, $3, $4, $5)',
    values: [shopId, seq, sid, subject ?? null, epoch ?? null],
  });
  const [row] = rows;
  if (row === undefined) throw new Error('the acknowledgement had no outcome');
  if (row.outcome !== 'first') return { outcome: row.outcome };
  const receipt = { shopId, n: Number(row.n), seq, sid: row.sid, at: row.acked_at.toISOString() };
  return { outcome: 'first', epoch: row.epoch, receipt };
}
