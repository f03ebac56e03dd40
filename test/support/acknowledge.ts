/** Acknowledging one notification of a shop's log. */

import type { ReceiptBatch } from '../../src/domain/log.ts';
import type { LoggedReceipt } from '../../src/domain/notification.ts';
import type { Queryable } from '../../src/platform/postgres.ts';
import { acknowledge } from '../../src/shop-log/acknowledge.ts';

export type Outcome = 'first' | 'later' | 'wrong-epoch' | 'unknown-seq';

export interface OneAcknowledged {
  outcome: Outcome;
  /** Of the first. */
  receipt?: LoggedReceipt;
  epoch?: string;
}

export async function acknowledgeOne(
  pool: Queryable,
  shopId: string,
  seq: number,
  sid: string,
  { subject, epoch }: { subject?: string; epoch?: string | undefined } = {},
): Promise<OneAcknowledged> {
  const { batch, wrongEpoch, unknown } = await acknowledge(pool, {
    shopId,
    seqs: [seq],
    sid,
    subject,
    epoch,
  });
  if (wrongEpoch.length > 0) return { outcome: 'wrong-epoch' };
  if (unknown.length > 0) return { outcome: 'unknown-seq' };
  return batch === undefined ? { outcome: 'later' } : first(batch);
}

function first({ epoch, receipts: [receipt] }: ReceiptBatch): OneAcknowledged {
  if (receipt === undefined) throw new Error('a batch without a receipt');
  return { outcome: 'first', receipt, epoch };
}
