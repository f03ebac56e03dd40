/** The role `escalator`: what a shop does not deal with is told to others. */

import { defaultPolicyOf, targetsOf } from '../config/sections/escalation.ts';
import { vapidOf } from '../config/sections/vapid.ts';
import type { EscalationTargets } from '../domain/escalation-target.ts';
import { readDeliveryBacklog } from '../escalation/deliveries/backlog.ts';
import { startDeliveries } from '../escalation/deliveries/sender.ts';
import { createKnownPolicies } from '../escalation/engine/known-policies.ts';
import { setDefaultPolicy } from '../escalation/policies.ts';
import { startDeafWatch } from '../escalation/presence/deaf-watch.ts';
import { countDeafShops } from '../escalation/presence/read-presence.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { observeDeliveries } from '../metrics/deliveries.ts';
import { observeDeafWatch } from '../metrics/escalation.ts';
import type { BrokerSenders } from './broker.ts';
import type { ServiceContext } from './context.ts';
import { startEngineLoop } from './engine.ts';

/** Each loop is started here and stops at the end, before what it uses. */
export async function startEscalatorRole(
  context: ServiceContext,
  { broadcast }: BrokerSenders,
  gateway: Gateway | undefined,
): Promise<void> {
  const { config, pool, logger } = context;
  const targets = targetsOf(config.escalation);
  const version = await setDefaultPolicy(pool, defaultPolicyOf(config.escalation));
  const wakeDeliveries = startSender(context, targets);
  const engine = startEngineLoop(context, { gateway, broadcast, wakeDeliveries });
  startWatch(context, targets, () => {
    wakeDeliveries();
    engine.nudge();
  });
  logger.info({ targets: [...targets.keys()], defaultPolicy: version }, 'the escalator has started');
}

/** `onReported` runs where there is something for the other loops. */
function startWatch(context: ServiceContext, targets: EscalationTargets, onReported: () => void): void {
  const { pool, registry, gauges, logger, onStop, stepMs } = context;
  const observe = observeDeafWatch(registry);
  const policies = createKnownPolicies();
  const watch = startDeafWatch({ pool, policies, targets, onReported, observe, logger });
  onStop('stop the watch for deaf shops', () => watch.stop(), stepMs);
  gauges.deafShops(() => countDeafShops(pool));
}

/** Returns what has it look for what was inserted just now. */
function startSender(context: ServiceContext, targets: EscalationTargets): () => void {
  const { config, build, pool, registry, gauges, logger, onStop, stepMs } = context;
  const deliveries = startDeliveries({
    pool,
    targets,
    allowsPrivate: config.escalation.allowPrivateTargets,
    vapid: vapidOf(config.escalation),
    userAgent: `Orderbell/${build.version}`,
    observe: observeDeliveries(registry),
    logger,
    times: { grace: stepMs * 0.6 },
  });
  onStop('stop the deliveries', () => deliveries.stop(), stepMs);
  gauges.deliveries(() => readDeliveryBacklog(pool, targets));
  return deliveries.nudge;
}
