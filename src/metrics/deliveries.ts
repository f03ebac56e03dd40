/** What came of deliveries to the targets of escalations, as it is counted. */

import { TARGET_KINDS } from '../domain/escalation-target.ts';
import { ENDED_REASONS } from '../escalation/deliveries/attempt.ts';
import { ATTEMPT_OUTCOMES, type DeliveryObserver } from '../escalation/deliveries/observer.ts';
import { createCounter, createHistogram, type MetricsRegistry } from './registry.ts';
import { METRICS } from './table.ts';

export function observeDeliveries(registry: MetricsRegistry): DeliveryObserver {
  const deliveries = createCounter(registry, METRICS.deliveries);
  const attempts = createHistogram(registry, METRICS.deliveryAttempts);
  for (const kind of TARGET_KINDS) {
    for (const result of ['delivered', ...ENDED_REASONS]) deliveries.inc({ kind, result }, 0);
    for (const result of ATTEMPT_OUTCOMES) attempts.zero({ kind, result });
  }
  deliveries.inc({ kind: 'none', result: 'target-not-configured' }, 0);
  return {
    delivered: (kind) => deliveries.inc({ kind, result: 'delivered' }),
    ended: (kind, reason, count = 1) => deliveries.inc({ kind, result: reason }, count),
    attempted: (kind, result, seconds) => attempts.observe({ kind, result }, seconds),
  };
}
