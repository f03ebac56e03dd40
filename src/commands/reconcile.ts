/** `orderbell reconcile`: rings for the paid orders whose event was lost with a deleted queue. */

import type { Command } from 'commander';
import { normaliseOrderId } from '../domain/order.ts';
import { reconcilePaidOrders, type SilentOrder } from '../orders/reconcile.ts';
import { wakeRelays } from '../outbox/wake.ts';
import type { CommandContext } from './context.ts';
import { readSeconds } from './option-values.ts';
import { withDatabase } from './with-database.ts';

export function addReconcileCommand(cli: Command, { readConfig, print }: CommandContext): void {
  cli
    .command('reconcile')
    .description('ring for the paid orders that never rang: record their events once more')
    .option(
      '--older-than <seconds>',
      'leave younger payments alone: their event may be on its way',
      readSeconds,
      300,
    )
    .option('--dry-run', 'list them, and record nothing')
    .option('--json', 'one JSON object a line: orderId, orderNumber, shopId, paidAt')
    .action(async ({ olderThan, dryRun = false, json = false }: ReconcileCommandOptions) => {
      const config = readConfig();
      const { retentionDays } = config.log;
      const orders = await withDatabase(config.database, async (pool) => {
        const recorded = await reconcilePaidOrders(pool, {
          olderThanSeconds: olderThan,
          retentionDays,
          dryRun,
        });
        if (recorded.length > 0 && !dryRun) await wakeRelays(pool);
        return recorded;
      });
      for (const order of orders) print(json ? JSON.stringify(asJson(order)) : asLine(order));
      if (!json) print(`${dryRun ? 'would record' : 'recorded'} ${orders.length}`);
    });
}

interface ReconcileCommandOptions {
  olderThan: number;
  dryRun?: boolean;
  json?: boolean;
}

function asLine({ id, number, shop_id, paid_at }: SilentOrder): string {
  return `order ${id}  ${number}  shop ${shop_id}  paid ${paid_at.toISOString()}`;
}

function asJson({ id, number, shop_id, paid_at }: SilentOrder): object {
  return {
    orderId: normaliseOrderId(id),
    orderNumber: number,
    shopId: shop_id,
    paidAt: paid_at.toISOString(),
  };
}
