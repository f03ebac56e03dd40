/**
 * The engine: decides each step when it is due. Guarantees that a step is decided once, by one of any number of engines, and
 * never after the commit of the acknowledgement: it is decided only while its row is there, which is locked meanwhile. The
 * step, its event, its deliveries and the row's next place are one transaction. Postgres's clock alone counts.
 *
 * It sleeps until the next one is due, for a second at the longest, since others are added meanwhile.
 */

import type pg from 'pg';
import { messageOf } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import { inTransaction, isUnavailable } from '../../platform/postgres.ts';
import { createRest } from '../../platform/rest.ts';
import { type RetryOptions, retry } from '../../platform/retry.ts';
import { carryOut, postponeEscalation } from './carry-out.ts';
import { claimDue, untilNextDue } from './claim.ts';
import { createKnownPolicies, type KnownPolicies } from './known-policies.ts';
import { type FiredStep, type OpenPlace, type Plan, POSTPONE_MS, planSteps } from './plan.ts';

/** What the engine did, once it is committed. An observer must be quick and must not throw. */
export interface EngineObserver {
  fired(when: FiredStep['when'], lateSeconds: number): void;
  expired(count: number): void;
  postponed(count: number): void;
}

export interface EngineOptions {
  pool: pg.Pool;
  /** Called with the steps of one commit, `at` by Postgres's clock. */
  onFired(steps: readonly FiredStep[], at: Date): void;
  observe: EngineObserver;
  logger: Logger;
}

export interface Engine {
  /** Something has become due: look now. Never throws. */
  nudge(): void;
  /** Finishes the batch in hand. */
  stop(): Promise<void>;
}

/** Of one transaction, which an acknowledgement of the same notification waits for. */
const BATCH = 500;

const POLL_MS = 1_000;

/** What is due and yet cannot be claimed is in the hands of another engine. */
const OTHERS_MS = 100;

const BACKOFF = { initialMs: 200, maxMs: 5_000 };

export function startEngine(options: EngineOptions): Engine {
  const { pool, logger } = options;
  const stopping = new AbortController();
  const batches = createBatches(options);
  const rest = createRest(stopping.signal);

  /** Decides a batch of what is due. Resolves with how long to rest then. */
  async function decideOnce(): Promise<number> {
    rest.look();
    const wait = await untilNextDue(pool);
    if (wait !== 0) return Math.min(wait ?? POLL_MS, POLL_MS);
    return (await batches.decideNext()) > 0 ? 0 : OTHERS_MS;
  }

  const untilDecided: RetryOptions = {
    backoff: BACKOFF,
    signal: stopping.signal,
    onFailure({ error, ...numbers }) {
      logger.warn({ error: messageOf(error), ...numbers }, 'the steps that are due could not be decided');
    },
  };

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const decided = await retry(decideOnce, untilDecided);
      if (decided.outcome === 'done' && decided.value > 0) await rest.take(decided.value);
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

/**
 * One transaction after the other. Where one fails although Postgres is there, the next ones are smaller, down to a single
 * notification, which is put off if it fails: none holds up the others for long.
 */
function createBatches(options: EngineOptions) {
  const { pool, logger } = options;
  const policies = createKnownPolicies();
  let limit = BATCH;
  return {
    /** Resolves with how many were claimed. Rejects where nothing of the batch was written. */
    async decideNext(): Promise<number> {
      const claimed: OpenPlace[] = [];
      try {
        const decided = await inTransaction(pool, (client) =>
          decideBatch(client, { policies, limit, claimed }),
        );
        limit = BATCH;
        report(decided, options);
        return claimed.length;
      } catch (error) {
        const [only] = claimed;
        if (isUnavailable(error) || only === undefined) throw error;
        limit = Math.max(1, Math.floor(claimed.length / 4));
        if (claimed.length > 1) throw error;
        logger.error(
          { ...only, error: messageOf(error) },
          'an escalation is put off: its step cannot be written',
        );
        await postponeEscalation(pool, only, POSTPONE_MS);
        options.observe.postponed(1);
        return 1;
      }
    },
  };
}

interface BatchParts {
  policies: KnownPolicies;
  limit: number;
  /** Gets what was claimed. */
  claimed: OpenPlace[];
}

interface DecidedBatch {
  plan: Plan;
  fired: FiredStep[];
  now: number;
}

async function decideBatch(
  client: pg.PoolClient,
  { policies, limit, claimed }: BatchParts,
): Promise<DecidedBatch> {
  claimed.length = 0;
  const { due, now } = await claimDue(client, limit);
  claimed.push(...due.map(({ shopId, seq }) => ({ shopId, seq })));
  const known = await policies.find(client, new Set(due.map(({ policyId }) => policyId)));
  const plan = planSteps(due, known, now);
  return { plan, fired: await carryOut(client, plan), now };
}

function report({ plan, fired, now }: DecidedBatch, { observe, onFired, logger }: EngineOptions): void {
  for (const { shopId, seq, fault } of plan.postponed) {
    logger.error({ shopId, seq, fault }, 'an escalation is put off: it cannot be decided');
  }
  if (plan.postponed.length > 0) observe.postponed(plan.postponed.length);
  if (plan.expired.length > 0) observe.expired(plan.expired.length);
  for (const { shopId, seq, event } of plan.expired) {
    logger.info({ shopId, seq, eventId: event.messageId }, 'a notification has expired');
  }
  for (const { shopId, seq, cycle, step, when, targets, presence, dueAt, event } of fired) {
    observe.fired(when, Math.max(0, now - dueAt) / 1000);
    const facts = { shopId, seq, cycle, step, when, targets, presence, eventId: event.messageId };
    logger.info(facts, 'a notification has escalated');
  }
  if (fired.length > 0) onFired(fired, new Date(now));
}
