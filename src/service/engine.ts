/** The engine of escalations, and what follows the steps that it decides. */

import { encodeAnnouncement } from '../domain/announcement.ts';
import { countOpen } from '../escalation/engine/count-open.ts';
import { type Engine, type EngineOptions, startEngine } from '../escalation/engine/engine.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { observeEngine } from '../metrics/escalation.ts';
import type { GatewayBroadcast } from './announcements.ts';
import type { ServiceContext } from './context.ts';

export interface EngineFollowers {
  /** Of this process. */
  gateway: Gateway | undefined;
  /** To the gateways of other processes. */
  broadcast: GatewayBroadcast;
  /** Runs after each commit that inserted deliveries. */
  wakeDeliveries(): void;
}

export function startEngineLoop(context: ServiceContext, followers: EngineFollowers): Engine {
  const { pool, registry, gauges, logger, onStop, stepMs } = context;
  const engine = startEngine({
    pool,
    onFired: followSteps(followers),
    observe: observeEngine(registry),
    logger,
  });
  gauges.openNotifications(() => countOpen(pool));
  onStop('finish the steps in hand', () => engine.stop(), stepMs);
  return engine;
}

function followSteps({ gateway, broadcast, wakeDeliveries }: EngineFollowers): EngineOptions['onFired'] {
  return (steps, at) => {
    wakeDeliveries();
    const escalations = steps.map(({ shopId, seq, step, targets }) => ({
      ...{ shopId, seq, step, at: at.toISOString() },
      targets: [...targets],
    }));
    gateway?.showEscalations(escalations);
    if (broadcast.isNeeded()) broadcast.send(encodeAnnouncement({ escalations }));
  };
}
