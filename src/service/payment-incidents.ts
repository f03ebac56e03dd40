/** What follows the record of a payment that could not be applied: a line in the log, and for a new one the metric. */

import type { PaymentIncident } from '../domain/payment.ts';
import { observeIncidents } from '../metrics/observers.ts';

import type { ServiceContext } from './context.ts';

export function reportIncidents({
  registry,
  logger,
}: ServiceContext): (incident: PaymentIncident, times: number) => void {
  const count = observeIncidents(registry);
  return ({ kind, claim, shopId, order }, times) => {
    const { provider, orderNumber, transactionId, amount } = claim;
    const facts = { kind, provider, orderNumber, shopId, orderId: order?.id, transactionId, amount };
    if (times > 1) {
      logger.warn({ ...facts, times }, 'a payment that could not be applied came again');
      return;
    }
    count(kind);
    logger.error(facts, 'a payment could not be applied');
  };
}
