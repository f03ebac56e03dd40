/**
 * Acknowledging notifications. Guarantees that of any number of acknowledgements of one the first wins, for good, that those
 * of one call are one transaction, and that one of another log changes nothing.
 */

import type { Acknowledged, Acknowledgement } from '../domain/log.ts';
import type { Queryable } from '../platform/postgres.ts';
import { type ReceiptRow, toReceipt } from './receipt-row.ts';

type Row = { seq: string } & (
  | ({ outcome: 'first' | 'later'; epoch: string } & ReceiptRow)
  | { outcome: 'wrong-epoch' | 'unknown-seq' }
);

/** `seqs` in any order: their receipts are numbered in theirs. */
export async function acknowledge(
  pool: Queryable,
  { shopId, seqs, sid, subject, epoch }: Acknowledgement,
): Promise<Acknowledged> {
  const { rows } = await pool.query<Row>({
    name: 'acknowledge',
    text: `SELECT outcome, seq, n, sid, 'acknowledged' AS reason, acked_at, epoch
           FROM acknowledge_notifications($1, $2, $3, $4, $5)`,
    values: [shopId, seqs, sid, subject ?? null, epoch ?? null],
  });
  const acknowledged: Acknowledged = { batch: undefined, wrongEpoch: [], unknown: [] };
  for (const row of rows) {
    switch (row.outcome) {
      case 'first':
        acknowledged.batch ??= { shopId, epoch: row.epoch, receipts: [] };
        acknowledged.batch.receipts.push(toReceipt(shopId, row));
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
