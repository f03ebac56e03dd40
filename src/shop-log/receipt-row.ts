/** A row of the table `receipts` as Postgres gives it, and as the rest of the program sees it. */

import type { ReceiptBatch } from '../domain/log.ts';
import type { LoggedReceipt, ReceiptReason } from '../domain/notification.ts';

/** `bigint` comes as text. */
export interface ReceiptRow {
  n: string;
  seq: string;
  sid: string | null;
  reason: ReceiptReason;
  acked_at: Date;
}

export function toReceipt(shopId: string, row: ReceiptRow): LoggedReceipt {
  const { sid, reason } = row;
  return {
    shopId,
    n: Number(row.n),
    seq: Number(row.seq),
    sid,
    reason,
    at: row.acked_at.toISOString(),
  };
}

/** A receipt that upstream's word has made. */
export interface ResolvedRow extends Omit<ReceiptRow, 'sid'> {
  shop_id: string;
  epoch: string;
}

/** One batch a shop, in the order of the rows, which is that of `n`. */
export function toReceiptBatches(rows: readonly ResolvedRow[]): ReceiptBatch[] {
  const shops = new Map<string, ReceiptBatch>();
  for (const row of rows) {
    const { shop_id: shopId, epoch } = row;
    const batch = shops.get(shopId) ?? { shopId, epoch, receipts: [] };
    if (batch.receipts.push(toReceipt(shopId, { ...row, sid: null })) === 1) shops.set(shopId, batch);
  }
  return [...shops.values()];
}
