/**
 * The sender: makes the deliveries that are due. Guarantees that each is tried under one id until it is made, or ends with
 * a reason that is recorded; that none is begun for what is acknowledged, resolved or expired; and that a target which does
 * not answer holds up no other. Any number of processes share the deliveries. One that is killed may have made a delivery
 * without having recorded it: it is made once more, under the same id, when its lease has lapsed.
 */

import { createHash, randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type pg from 'pg';
import type { EscalationTarget, EscalationTargets } from '../../domain/escalation-target.ts';
import { backoffMs, delayOrAbort } from '../../platform/backoff.ts';
import { messageOf } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import { createRest } from '../../platform/rest.ts';
import { createThrottledLog } from '../../platform/throttled-log.ts';
import { type AttemptLimits, createAttemptSlots } from './attempt-slots.ts';
import { type CarryOut, type CarryOutOptions, createCarryOut } from './carry-out.ts';
import { type Claimed, claimDeliveries, endUnconfigured } from './claim-deliveries.ts';
import type { DeliveryObserver } from './observer.ts';
import { createRecorder, type Recorder } from './record-result.ts';

/** In milliseconds. */
export interface DeliveryTimes {
  /** How often to look for what is due. */
  poll: number;
  /** Of one attempt, in all. */
  attempt: number;
  /** Longer than an attempt and its record take. */
  lease: number;
  /** How long a stop waits for attempts under way. */
  grace: number;
  /** How long a delivery may have been due for a target that is not configured here. */
  unconfigured: number;
}

const TIMES: DeliveryTimes = {
  poll: 1_000,
  attempt: 15_000,
  lease: 45_000,
  grace: 10_000,
  unconfigured: 300_000,
};
const LIMITS: AttemptLimits = { inAll: 160, each: 8 };
const BACKOFF = { initialMs: 200, maxMs: 5_000 };
const STRANGERS_EVERY_MS = 60_000;

export interface DeliveriesOptions
  extends Pick<CarryOutOptions, 'allowsPrivate' | 'vapid' | 'userAgent' | 'resolve' | 'random'> {
  pool: pg.Pool;
  targets: EscalationTargets;
  observe: DeliveryObserver;
  logger: Logger;
  times?: Partial<DeliveryTimes>;
  limits?: Partial<AttemptLimits>;
}

export interface Deliveries {
  /** Something was inserted: look now instead of at the next poll. Never throws. */
  nudge(): void;
  /** Waits for the attempts under way for a while, then ends them: those are due again at once. */
  stop(): Promise<void>;
}

export function startDeliveries(options: DeliveriesOptions): Deliveries {
  const times = { ...TIMES, ...options.times };
  const urlHashes = new Map([...options.targets].map(([name, target]) => [name, urlHashOf(target)]));
  const ending = new AbortController();
  setMaxListeners(0, ending.signal); // each attempt takes its listener away
  const all = {
    ...options,
    urlHashes,
    leaseMs: times.lease,
    attemptMs: times.attempt,
    signal: ending.signal,
  };
  const record = createRecorder(all);
  const inHand = createInHand(options, record, createCarryOut(all, record));
  const loop = startLoop(options, { times, urlHashes, inHand });
  return {
    nudge: loop.nudge,
    async stop() {
      await loop.stop();
      const over = new AbortController();
      const settled = inHand.settled().finally(() => over.abort());
      await delayOrAbort(times.grace, over.signal);
      ending.abort();
      await settled;
    },
  };
}

interface InHand {
  slots: ReturnType<typeof createAttemptSlots>;
  begin(found: Claimed, onRoom: () => void): void;
  /** Resolves when all that was begun is over. */
  settled(): Promise<unknown>;
}

function createInHand({ targets, limits }: DeliveriesOptions, record: Recorder, carryOut: CarryOut): InHand {
  const slots = createAttemptSlots(targets.keys(), { ...LIMITS, ...limits });
  const attempts = new Set<Promise<void>>();
  return {
    slots,
    /** `onRoom` runs when a target that was full has room again. */
    begin({ delivery, ...found }, onRoom) {
      const target = targets.get(delivery.target);
      if (target === undefined) return; // only what was asked for is claimed
      if (found.outcome === 'ended') {
        record.ended(delivery, target, found.reason);
        return;
      }
      slots.take(delivery.target);
      const attempt = carryOut(delivery, target).then((isStuck) => {
        attempts.delete(attempt);
        if (slots.release(delivery.target, isStuck)) onRoom();
      });
      attempts.add(attempt);
    },
    settled: () => Promise.all(attempts),
  };
}

interface LoopParts {
  times: DeliveryTimes;
  urlHashes: ReadonlyMap<string, string>;
  inHand: InHand;
}

/** Claims what is due for as long as something is found, then rests. */
function startLoop(options: DeliveriesOptions, { times, urlHashes, inHand }: LoopParts): Deliveries {
  const { pool, logger } = options;
  const warn = createThrottledLog(logger, () => performance.now());
  const endStrangers = createStrangersEnd(options, times.unconfigured);
  const sender = randomUUID();
  const stopping = new AbortController();
  const rest = createRest(stopping.signal); // what an earlier process left is looked for at once

  async function claimOnce(): Promise<void> {
    rest.look();
    await endStrangers();
    const rooms = inHand.slots
      .rooms()
      .map((room) => ({ ...room, urlHash: urlHashes.get(room.target) ?? '' }));
    const limit = inHand.slots.left();
    const found = await claimDeliveries(pool, { sender, rooms, leaseMs: times.lease, limit });
    for (const one of found) inHand.begin(one, rest.nudge);
    if (found.length === 0) await rest.take(times.poll);
  }

  async function run(): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted; ) {
      try {
        await claimOnce();
        failures = 0;
      } catch (error) {
        failures++;
        warn({ error: messageOf(error) }, 'deliveries could not be claimed');
        rest.look();
        await rest.take(backoffMs(failures, BACKOFF));
      }
    }
  }

  const running = run();
  return {
    nudge: rest.nudge,
    stop() {
      stopping.abort();
      rest.nudge();
      return running;
    },
  };
}

/** Ends now and then what is for targets that are not configured. */
function createStrangersEnd({ pool, targets, observe, logger }: DeliveriesOptions, afterMs: number) {
  let lookedAt = Number.NEGATIVE_INFINITY;
  return async () => {
    if (performance.now() - lookedAt < Math.min(STRANGERS_EVERY_MS, afterMs)) return;
    lookedAt = performance.now();
    const ended = await endUnconfigured(pool, [...targets.keys()], afterMs / 1000);
    if (ended === 0) return;
    observe.ended('none', 'target-not-configured', ended);
    logger.warn({ ended }, 'deliveries to targets that are not configured were ended');
  };
}

/** SHA-256 in hexadecimal: a URL may hold a secret. Empty of a target without one. */
export function urlHashOf(target: EscalationTarget): string {
  switch (target.kind) {
    case 'webhook':
      return createHash('sha256').update(target.url).digest('hex');
    case 'web-push':
      return '';
  }
}
