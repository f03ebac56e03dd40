/**
 * Keeps in Postgres which shops have a session here that can sound, under a lease. Guarantees that one statement at a time is
 * under way, that edges of a short while share one, and that alerts never wait for it. After the lease has lapsed, or where it
 * is not known what became of a statement, everything is written anew under another lease: what still comes of the old one
 * counts for nothing then.
 */

import type { GatewayLeases } from '../../domain/presence.ts';
import { messageOf } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import { isUnavailable, sqlStateOf } from '../../platform/postgres.ts';
import { createThrottledLog } from '../../platform/throttled-log.ts';
import type { GatewayObserver } from '../observer.ts';
import { createUnwrittenEdges } from './unwritten-edges.ts';

export interface PresenceWriterOptions {
  leases: GatewayLeases;
  /** All shops with a session here that can sound. */
  shops(): Iterable<string>;
  newId(): string;
  observe: Pick<GatewayObserver, 'edgesWritten'>;
  logger: Logger;
  /** Resolves after so many milliseconds, or earlier when the gateway closes. */
  pause(ms: number): Promise<unknown>;
  /** Milliseconds of a monotonic clock. */
  now(): number;
}

export interface PresenceWriter {
  /** Never waits. */
  add(shopId: string, canSound: boolean): void;
  /** To be called once `pause` no longer waits: removes what is written, and the lease. Never rejects. */
  stop(): Promise<void>;
}

/** A third of the lease: two renewals may be lost. */
const RENEW_MS = 5_000;
/** Gathers what comes meanwhile. */
const GATHER_MS = 200;
/** Of 100,000 shops that come at once; the other work of the process and of Postgres goes on in between. */
const BETWEEN_FULL_MS = 20;
const AGAIN_MS = 1_000;
const MOST_EDGES = 1_000;

export function startPresenceWriter(options: PresenceWriterOptions): PresenceWriter {
  const { leases, shops, newId, observe, logger, pause, now } = options;
  const unwritten = createUnwrittenEdges();
  const warn = createThrottledLog(logger, now);
  let lease: { readonly id: string; readonly logIdentity: string } | undefined;
  /** Counts on until everything is written under the new one. */
  let former: string | undefined;
  let renewAt = 0;
  let isStopping = false;

  async function begin(): Promise<void> {
    const id = newId();
    renewAt = now() + RENEW_MS;
    lease = { id, logIdentity: await leases.begin(id) };
    unwritten.startAnew(shops());
  }

  function startAnew(why: string): void {
    former = lease?.id;
    lease = undefined;
    logger.warn({ why }, 'which shops can be reached is written anew');
  }

  async function renew({ id, logIdentity }: NonNullable<typeof lease>): Promise<void> {
    const next = now() + RENEW_MS;
    const found = await leases.renew(id);
    if (found === logIdentity) renewAt = next;
    else startAnew(found === undefined ? 'the lease has lapsed' : 'Postgres has failed over');
  }

  async function write({ id }: NonNullable<typeof lease>): Promise<void> {
    const edges = unwritten.take(MOST_EDGES);
    try {
      if (!(await leases.write(id, edges))) return startAnew('the lease has lapsed');
    } catch (error) {
      if (isRolledBack(error)) unwritten.rolledBack();
      else startAnew('an answer of Postgres was lost');
      throw error;
    }
    unwritten.written();
    observe.edgesWritten(edges);
  }

  async function retire(id: string): Promise<void> {
    await leases.retire(id);
    former = undefined;
  }

  /** One statement at the most; how long to wait before the next one. */
  async function work(): Promise<number> {
    try {
      if (lease === undefined) await begin();
      else if (now() >= renewAt) await renew(lease);
      else if (unwritten.size > 0) await write(lease);
      else if (former !== undefined) await retire(former);
      return unwritten.size < MOST_EDGES ? GATHER_MS : BETWEEN_FULL_MS;
    } catch (error) {
      warn({ error: messageOf(error) }, 'which shops hear was not written');
      return AGAIN_MS;
    }
  }

  async function run(): Promise<void> {
    while (!isStopping) await pause(await work());
  }

  const running = run();
  return {
    add: (shopId, canSound) => unwritten.add(shopId, canSound),
    async stop() {
      isStopping = true;
      await running;
      for (const id of [lease?.id, former]) {
        if (id === undefined) continue;
        await leases.end(id).catch((error) => {
          logger.warn({ error: messageOf(error) }, 'the lease of this gateway lapses by itself');
        });
      }
    },
  };
}

const STATEMENT_CANCELLED = '57014';

/** Postgres answered that there is nothing of the statement. A server that goes down may have committed before. */
function isRolledBack(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state === STATEMENT_CANCELLED || (state !== undefined && !isUnavailable(error));
}
