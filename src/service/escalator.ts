/** The role `escalator`: what a shop does not deal with is told to others. */

import { defaultPolicyOf, targetsOf } from '../config/sections/escalation.ts';
import { setDefaultPolicy } from '../escalation/policies.ts';
import type { ServiceContext } from './context.ts';

/** Each loop is started here and stops at the end, before what it uses. */
export async function startEscalatorRole({ config, pool, logger }: ServiceContext): Promise<void> {
  const targets = targetsOf(config.escalation);
  const version = await setDefaultPolicy(pool, defaultPolicyOf(config.escalation));
  // startEngine, startDeliveries and startDeafWatch have their place here.
  logger.info({ targets: [...targets.keys()], defaultPolicy: version }, 'the escalator has started');
}
