/** What the engine of escalations decides, and what the watch for deaf shops finds, as it is counted. */

import type { EngineObserver } from '../escalation/engine/engine.ts';
import type { DeafWatchObserver } from '../escalation/presence/deaf-watch.ts';
import { createCounter, createHistogram, type MetricsRegistry } from './registry.ts';
import { METRICS } from './table.ts';

export function observeEngine(registry: MetricsRegistry): EngineObserver {
  const steps = createCounter(registry, METRICS.escalationSteps);
  const lateness = createHistogram(registry, METRICS.escalationLateness);
  const expired = createCounter(registry, METRICS.notificationsExpired);
  const postponed = createCounter(registry, METRICS.escalationsPostponed);
  for (const when of ['unheard', 'unacknowledged']) steps.inc({ when }, 0);
  return {
    fired(when, lateSeconds) {
      steps.inc({ when });
      lateness.observe(lateSeconds);
    },
    expired: (count) => expired.inc(count),
    postponed: (count) => postponed.inc(count),
  };
}

export function observeDeafWatch(registry: MetricsRegistry): DeafWatchObserver {
  const reports = createCounter(registry, METRICS.shopReports);
  const lapsed = createCounter(registry, METRICS.leasesLapsed);
  for (const key of ['shop.deaf', 'shop.hearing']) reports.inc({ key }, 0);
  return {
    changed: (key, count) => reports.inc({ key }, count),
    leaseLapsed: () => lapsed.inc(),
  };
}
