/** What came of the callbacks of payment providers, as it is counted. */

import type { CallbackOutcome, NoticeRefusal, ProviderName } from '../domain/payment-provider.ts';
import { createCounter, type MetricsRegistry } from './registry.ts';
import { METRICS } from './table.ts';

type Result = Exclude<CallbackOutcome['outcome'], 'refused'> | NoticeRefusal;

const RESULTS: readonly Result[] = [
  ...(['paid', 'repeated', 'refunded', 'irrelevant', 'incident', 'unavailable'] as const),
  ...(['unverified', 'probe', 'not-json', 'invalid'] as const),
];

export function observeCallbacks(
  registry: MetricsRegistry,
  providers: readonly ProviderName[],
): (provider: ProviderName, outcome: CallbackOutcome) => void {
  const callbacks = createCounter(registry, METRICS.paymentCallbacks);
  for (const provider of providers) {
    for (const result of RESULTS) callbacks.inc({ provider, result }, 0);
  }
  return (provider, came) => {
    const result: Result = came.outcome === 'refused' ? came.reason : came.outcome;
    callbacks.inc({ provider, result });
  };
}
