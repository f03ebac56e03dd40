/** The role `escalator`: what a shop does not deal with is told to others. */

import { targetsOf } from '../config/sections/escalation.ts';
import type { ServiceContext } from './context.ts';

/** Each loop is started here and stops at the end, before what it uses. */
export function startEscalatorRole({ config, logger }: ServiceContext): void {
  const targets = targetsOf(config.escalation);
  // startEngine, startDeliveries and startDeafWatch have their place here.
  logger.debug({ targets: [...targets.keys()] }, 'the escalator has started');
}
