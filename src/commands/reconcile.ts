/** `orderbell reconcile`: rings for the paid orders whose event was lost with a deleted queue. */

import { type Command, InvalidArgumentError } from 'commander';
import type { Config } from '../config.ts';
import { reconcilePaidOrders } from '../outbox/reconcile.ts';
import { wakeRelays } from '../outbox/wake.ts';
import { createLogger } from '../platform/logger.ts';
import { createPool } from '../platform/postgres.ts';

export function addReconcileCommand(
  cli: Command,
  readConfig: () => Config,
  print: (line: string) => void,
): void {
  cli
    .command('reconcile')
    .description('record the paid orders that have no notification of it once more')
    .option(
      '--older-than <seconds>',
      'leave younger payments alone: their event may be on its way',
      readSeconds,
      300,
    )
    .option('--dry-run', 'list them, and record nothing')
    .action(async ({ olderThan, dryRun = false }: { olderThan: number; dryRun?: boolean }) => {
      const config = readConfig();
      const pool = createPool(config.database, createLogger('silent'));
      try {
        const { retentionDays } = config.log;
        const orders = await reconcilePaidOrders(pool, {
          olderThanSeconds: olderThan,
          retentionDays,
          dryRun,
        });
        if (orders.length > 0 && !dryRun) await wakeRelays(pool);
        for (const { id, number, shop_id, paid_at } of orders) {
          print(`order ${id}  ${number}  shop ${shop_id}  paid ${paid_at.toISOString()}`);
        }
        print(`${dryRun ? 'would record' : 'recorded'} ${orders.length}`);
      } finally {
        await pool.end();
      }
    });
}

function readSeconds(text: string): number {
  if (!/^[0-9]{1,9}$/.test(text)) throw new InvalidArgumentError('a whole number of seconds');
  return Number(text);
}
