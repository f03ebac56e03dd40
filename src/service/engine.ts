/** The engine of escalations, and what follows the steps that it decides. */

import { countOpen } from '../escalation/engine/count-open.ts';
import { type Engine, startEngine } from '../escalation/engine/engine.ts';
import { observeEngine } from '../metrics/escalation.ts';
import type { ServiceContext } from './context.ts';

/** `wakeDeliveries` runs after each commit that inserted deliveries. */
export function startEngineLoop(context: ServiceContext, wakeDeliveries: () => void): Engine {
  const { pool, registry, gauges, logger, onStop, stepMs } = context;
  const engine = startEngine({ pool, onFired: wakeDeliveries, observe: observeEngine(registry), logger });
  gauges.openNotifications(() => countOpen(pool));
  onStop('finish the steps in hand', () => engine.stop(), stepMs);
  return engine;
}
