/** What became of pairing, as it is counted. */

import { createCounter, type MetricsRegistry } from './registry.ts';
import { METRICS } from './table.ts';

const STEPS = ['code', 'paired', 'unknown', 'ended', 'too-often', 'renewed', 'removed'] as const;

export function observePairing(registry: MetricsRegistry): (step: (typeof STEPS)[number]) => void {
  const steps = createCounter(registry, METRICS.pairing);
  for (const step of STEPS) steps.inc({ result: step }, 0);
  return (step) => steps.inc({ result: step });
}
