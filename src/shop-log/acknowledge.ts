/**
 * Acknowledging notifications. Guarantees that of any number of acknowledgements of one the first wins, for good, that those
 * of one call are one transaction, and that one of another log changes nothing.
 */

import type { Acknowledged, Acknowledgement } from '../domain/log.ts';
import type { Queryable } from '../platform/postgres.ts';
import { type ReceiptRow, toReceipt } from './receipt-row.ts';

type Row = { seq: string } & (
  | ({ outcome: 'first' | 'later'; epoch: string; seconds: number | null } & ReceiptRow)
  | { outcome: 'wrong-epoch' | 'unknown-seq' }
);

export interface TimedAcknowledgement extends Acknowledged {
  /** From paid to acknowledged, of each order whose payment is: by the time that the event says, and Postgres's clock. */
  secondsSincePaid: number[];
}

/** The type of `order.paid`. */
const PAID = 1;

/** `seqs` in any order: their receipts are numbered in theirs. */
export async function acknowledge(
  pool: Queryable,
  { shopId, seqs, sid, subject, epoch }: Acknowledgement,
): Promise<TimedAcknowledgement> {
  const { rows } = await pool.query<Row>({
    name: 'acknowledge',
    text: `SELECT a.outcome, a.seq, a.n, a.sid, 'acknowledged' AS reason, a.acked_at, a.epoch,
             CASE a.outcome WHEN 'first' THEN (
               SELECT greatest(0, extract(epoch FROM a.acked_at - p.occurred_at))::float8 FROM notifications p
               WHERE p.shop_id = $1 AND p.seq = a.seq AND p.type = ${PAID}
             ) END AS seconds
           FROM acknowledge_notifications($1, $2, $3, $4, $5) a`,
    values: [shopId, seqs, sid, subject ?? null, epoch ?? null],
  });
  const acknowledged: TimedAcknowledgement = {
    batch: undefined,
    wrongEpoch: [],
    unknown: [],
    secondsSincePaid: [],
  };
  for (const row of rows) {
    switch (row.outcome) {
      case 'first':
        acknowledged.batch ??= { shopId, epoch: row.epoch, receipts: [] };
        acknowledged.batch.receipts.push(toReceipt(shopId, row));
        if (row.seconds !== null) acknowledged.secondsSincePaid.push(row.seconds);
        break;
      case 'later':
        break;
      case 'wrong-epoch':
        acknowledged.wrongEpoch.push(Number(row.seq));
        break;
      case 'unknown-seq':
        acknowledged.unknown.push(Number(row.seq));
        break;
    }
  }
  return acknowledged;
}
