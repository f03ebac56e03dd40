/**
 * What follows an attempt: its record in Postgres, a line in the log, a metric. Guarantees that no line has a secret, a
 * signature, a URL or what a receiver answered; and that a short absence of Postgres loses no result.
 */

import type pg from 'pg';
import type { EscalationTarget } from '../../domain/escalation-target.ts';
import type { Logger } from '../../platform/logger.ts';
import { retry } from '../../platform/retry.ts';
import { createThrottledLog } from '../../platform/throttled-log.ts';
import type { AttemptResult, ClaimedDelivery, EndedReason } from './attempt.ts';
import type { DeliveryObserver } from './observer.ts';
import { retryDelayMs } from './schedule.ts';
import { settleDelivered, settleEnded, settleFailed, settleGone } from './settle-deliveries.ts';

export interface RecorderOptions {
  pool: pg.Pool;
  urlHashes: ReadonlyMap<string, string>;
  /** A result is of no use when the lease has lapsed. */
  leaseMs: number;
  observe: DeliveryObserver;
  logger: Logger;
  random?(): number;
}

export interface Recorder {
  /** Rejects where it could not be recorded while the lease lasts. */
  result(delivery: ClaimedDelivery, target: EscalationTarget, result: AttemptResult): Promise<void>;
  /** It is recorded already. */
  ended(delivery: ClaimedDelivery, target: EscalationTarget, reason: EndedReason): void;
}

const BACKOFF = { initialMs: 100, maxMs: 2_000 };

export function createRecorder(options: RecorderOptions): Recorder {
  const { pool, urlHashes, observe, logger, random = Math.random } = options;
  const warn = createThrottledLog(logger, () => performance.now());

  function ended(delivery: ClaimedDelivery, target: EscalationTarget, reason: EndedReason): void {
    observe.ended(target.kind, reason);
    logger.info({ ...idsOf(delivery), reason }, 'a delivery ended without having been made');
  }

  /** Resolves with false where it had been settled otherwise. */
  function settle(delivery: ClaimedDelivery, result: AttemptResult): Promise<boolean> {
    switch (result.outcome) {
      case 'delivered':
        return settleDelivered(pool, delivery, result.result);
      case 'ended':
        if (result.reason !== 'gone') return settleEnded(pool, delivery, result);
        return settleGone(pool, delivery, { ...result, urlHash: urlHashes.get(delivery.target) ?? '' });
      case 'failed':
        return settleFailed(pool, delivery, {
          result: result.result,
          delayMs: retryDelayMs(delivery.attempts, result.retryAfterMs, random()),
        });
      case 'stopped':
        return settleFailed(pool, delivery, { result: 'stopped', delayMs: 0 });
    }
  }

  function report(delivery: ClaimedDelivery, target: EscalationTarget, came: AttemptResult): void {
    const ids = idsOf(delivery);
    switch (came.outcome) {
      case 'delivered':
        observe.delivered(target.kind);
        logger.debug({ ...ids, result: came.result }, 'a delivery was made');
        return;
      case 'ended':
        if (came.reason === 'gone') logger.error(ids, 'a target answered 410 and is disabled');
        ended(delivery, target, came.reason);
        return;
      case 'failed':
        logger.debug({ ...ids, result: came.result }, 'an attempt to deliver failed');
        warn(
          { ...ids, result: came.result },
          'attempts to deliver fail; they are repeated until they expire',
        );
        return;
      case 'stopped':
        return;
    }
  }

  return {
    async result(delivery, target, result) {
      const until = performance.now() + options.leaseMs;
      const settled = await retry(() => settle(delivery, result), {
        backoff: BACKOFF,
        giveUp: ({ waitMs }) => performance.now() + waitMs > until,
        onFailure() {},
      });
      if (settled.outcome === 'gave-up') throw settled.error;
      if (settled.outcome === 'done' && settled.value) report(delivery, target, result);
    },
    ended,
  };
}

function idsOf({ id, shopId, seq, target, attempts }: ClaimedDelivery) {
  return { deliveryId: id, shopId, seq, target, attempts };
}
