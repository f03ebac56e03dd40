/** One attempt to make a delivery, from its beginning to its record. */

import type { EscalationTarget } from '../../domain/escalation-target.ts';
import { messageOf } from '../../platform/errors.ts';
import { publicLookup, type Resolve } from '../../platform/public-address.ts';
import { createThrottledLog } from '../../platform/throttled-log.ts';
import type { AttemptResult, ClaimedDelivery } from './attempt.ts';
import { outcomeOfResult } from './observer.ts';
import type { Recorder, RecorderOptions } from './record-result.ts';
import { pushToShop, type VapidKeys } from './web-push.ts';
import { callWebhook } from './webhook.ts';

export interface CarryOutOptions extends RecorderOptions {
  /** Targets may be at private, local and link-local addresses. */
  allowsPrivate: boolean;
  /** Needed where a target is of the kind `web-push`. */
  vapid: VapidKeys | undefined;
  userAgent: string;
  /** Of one attempt, in all. */
  attemptMs: number;
  /** Aborting ends all attempts. */
  signal: AbortSignal;
  /** Instead of the system's DNS. */
  resolve?: Resolve;
}

/** Never rejects; resolves with whether the target did not answer. */
export type CarryOut = (delivery: ClaimedDelivery, target: EscalationTarget) => Promise<boolean>;

export function createCarryOut(options: CarryOutOptions, record: Recorder): CarryOut {
  const { pool, observe, logger, vapid, userAgent, attemptMs: deadlineMs, signal } = options;
  const warn = createThrottledLog(logger, () => performance.now());
  const lookup = options.allowsPrivate ? undefined : publicLookup(options.resolve);
  const asked = { userAgent, deadlineMs, lookup, signal, now: Date.now };

  function send(delivery: ClaimedDelivery, target: EscalationTarget): Promise<AttemptResult> {
    switch (target.kind) {
      case 'webhook':
        return callWebhook(delivery, target, asked);
      case 'web-push':
        if (vapid === undefined) throw new Error('there are no VAPID keys');
        return pushToShop(delivery, { ...asked, pool, vapid, logger });
    }
  }

  return async (delivery, target) => {
    const startedAt = performance.now();
    try {
      const came = await send(delivery, target);
      const seconds = (performance.now() - startedAt) / 1000;
      if (isAttempt(came)) observe.attempted(target.kind, outcomeOfResult(came.result), seconds);
      await record.result(delivery, target, came);
      return came.outcome === 'failed' && came.isStuck;
    } catch (error) {
      // Its lease lapses, and it is tried again.
      warn({ deliveryId: delivery.id, error: messageOf(error) }, 'what came of a delivery was not recorded');
      return false;
    }
  };
}

/** Something was sent. */
function isAttempt(came: AttemptResult): came is Exclude<AttemptResult, { outcome: 'stopped' }> {
  return came.outcome !== 'stopped' && !(came.outcome === 'ended' && came.reason === 'no-subscription');
}
