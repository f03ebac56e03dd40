/** What follows an append: the notifications are announced, and then their deliveries settled. */

import type { Appended, LoggedBatch, ReceiptBatch } from '../domain/log.ts';
import type { Logger } from '../platform/logger.ts';
import { announceInTurns, batchesByShop, receiptsByShop } from './announce-logged.ts';
import type { LoggedItems } from './append-batch.ts';
import type { Delivery } from './delivery.ts';
import type { WorkerObserver } from './observer.ts';
import type { RefusedDeliveries } from './refused-deliveries.ts';
import type { DeliverySpan } from './spans.ts';
import { secondsSince } from './timing.ts';

export interface SettleOptions<D extends Delivery> {
  announce(batches: readonly LoggedBatch[]): void;
  /** Of what upstream had dealt with before it came. */
  announceReceipts(batches: readonly ReceiptBatch[]): void;
  settle(deliveries: readonly D[]): void;
  observe: WorkerObserver;
  logger: Logger;
}

type InLog = Exclude<Appended, { outcome: 'conflict' }>;

interface Settled<D> {
  delivery: D;
  appended: InLog;
  span: DeliverySpan | undefined;
}

/** An event whose id is taken becomes a dead letter. Resolves when the rest is announced and settled. */
export async function settleLogged<D extends Delivery>(
  { items, outcomes }: LoggedItems<D>,
  refused: RefusedDeliveries<D>,
  { announce, announceReceipts, settle, observe, logger }: SettleOptions<D>,
): Promise<void> {
  const settled: Settled<D>[] = [];
  items.forEach(({ delivery, notification, span }, index) => {
    const appended = outcomes[index];
    if (appended === undefined) return;
    if (appended.outcome === 'conflict') {
      const { eventId } = notification;
      span?.refused('event-id-conflict');
      refused.add(delivery, { reason: 'event-id-conflict', detail: appended.detail }, eventId);
    } else settled.push({ delivery, appended: withTrace(appended, span), span });
  });
  await announceInTurns(batchesByShop(settled.map(({ appended }) => appended)), (batches) => {
    const startedAt = performance.now();
    announce(batches);
    observe.announced(secondsSince(startedAt));
  });
  const receipts = receiptsByShop(settled.map(({ appended }) => appended));
  if (receipts.length > 0) announceReceipts(receipts);
  settle(settled.map(({ delivery }) => delivery));
  for (const { delivery, appended, span } of settled) {
    const { outcome, logged } = appended;
    const { eventId, shopId, seq } = logged;
    span?.logged(logged, outcome);
    observe.logged(delivery.raw.routingKey, outcome, secondsSince(delivery.receivedAt));
    logger.debug({ eventId, shopId, seq, outcome }, 'an event was logged and announced');
  }
}

/** The announcement carries the trace of the delivery on to the sockets. */
function withTrace(appended: InLog, span: DeliverySpan | undefined): InLog {
  if (span === undefined) return appended;
  return { ...appended, logged: { ...appended.logged, trace: span.context } };
}
