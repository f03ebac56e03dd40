/** The role `escalator`: what a shop does not deal with is told to others. */

import { defaultPolicyOf, targetsOf } from '../config/sections/escalation.ts';
import { vapidOf } from '../config/sections/vapid.ts';
import type { EscalationTargets } from '../domain/escalation-target.ts';
import { readDeliveryBacklog } from '../escalation/deliveries/backlog.ts';
import { startDeliveries } from '../escalation/deliveries/sender.ts';
import { setDefaultPolicy } from '../escalation/policies.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { observeDeliveries } from '../metrics/deliveries.ts';
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
  startEngineLoop(context, { gateway, broadcast, wakeDeliveries: startSender(context, targets) });
  // startDeafWatch has its place here.
  logger.info({ targets: [...targets.keys()], defaultPolicy: version }, 'the escalator has started');
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
