/**
 * One Postgres connection for work that comes again and again, one at a time: taking one from the pool each time costs a
 * tenth of a small append. Guarantees what the pool does: a connection on which a statement failed, or that was lost, is
 * not used again, and every wait for a dead link has a bound. What failed is not repeated here, but where a migration has
 * outdated a prepared statement, which has had no effect then.
 */

import pg from 'pg';
import { withDeadline } from './deadline.ts';
import type { Logger } from './logger.ts';
import { boundSession, clientConfig, isStalePlan, type PoolOptions, type Queryable } from './postgres.ts';

export interface OwnConnection {
  /** Runs `work` on the connection once what was asked for before has settled. Connects first where there is none. */
  run<T>(work: (client: Queryable) => Promise<T>): Promise<T>;
  /** Closes it. `run` rejects from then on. */
  end(): Promise<void>;
}

/** One that was not used for so long may have been forgotten by the network in between, which says nothing. */
const IDLE_MS = 60_000;

const END_MS = 1_000;

/** Opens nothing yet. `now` is milliseconds of a monotonic clock. */
export function createOwnConnection(options: PoolOptions, logger: Logger, now: () => number): OwnConnection {
  let open: pg.Client | undefined;
  let isBusy = false;
  let isEnded = false;
  let usedAt = 0;
  /** Settles with the last work that was asked for; never rejects. */
  let last: Promise<unknown> = Promise.resolve();

  function discard(client: pg.Client): void {
    if (open === client) open = undefined;
    void close(client);
  }

  function assertNotEnded(): void {
    if (isEnded) throw new Error('the connection was ended');
  }

  async function connect(): Promise<pg.Client> {
    const client = new pg.Client(clientConfig(options));
    client.on('error', (error) => {
      // What is under way rejects with it.
      if (open === client && !isBusy) logger.warn({ error: error.message }, IDLE_LOST);
      discard(client);
    });
    try {
      await client.connect();
      await boundSession(client, options);
      assertNotEnded();
    } catch (error) {
      discard(client);
      throw error;
    }
    open = client;
    return client;
  }

  async function attempt<T>(work: (client: Queryable) => Promise<T>): Promise<T> {
    assertNotEnded();
    if (open !== undefined && now() - usedAt > IDLE_MS) discard(open);
    const client = open ?? (await connect());
    try {
      return await work(client);
    } catch (error) {
      discard(client);
      throw error;
    } finally {
      usedAt = now();
    }
  }

  async function runNow<T>(work: (client: Queryable) => Promise<T>): Promise<T> {
    isBusy = true;
    try {
      return await attempt(work).catch((error) => {
        if (isStalePlan(error)) return attempt(work);
        throw error;
      });
    } finally {
      isBusy = false;
    }
  }

  return {
    run(work) {
      const running = last.then(() => runNow(work));
      last = running.catch(() => {});
      return running;
    },
    async end() {
      isEnded = true;
      if (open !== undefined) await close(open);
      open = undefined;
    },
  };
}

const IDLE_LOST = 'an idle Postgres connection was lost';

/** In bounded time, also where the peer answers nothing. */
async function close(client: pg.Client): Promise<void> {
  await withDeadline(client.end(), END_MS, 'closing').catch(() => client.connection.stream.destroy());
}
