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

/** How often a statement is looked at before it is given up. */
const LOOKS = 4;

/** Opens nothing yet. `now` is milliseconds of a monotonic clock. */
export function createOwnConnection(options: PoolOptions, logger: Logger, now: () => number): OwnConnection {
  const config = { ...clientConfig(options), query_timeout: 0 };
  const watch = watchStatements(options.statementSeconds, () => isBusy);
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
    const client = new pg.Client(config);
    client.on('error', (error) => {
      // What is under way rejects with it.
      if (open === client && !isBusy) logger.warn({ error: error.message }, IDLE_LOST);
      discard(client);
    });
    try {
      await client.connect();
      await boundSession(client, options);
      watch.begin(client);
      assertNotEnded();
    } catch (error) {
      discard(client);
      throw error;
    }
    open = client;
    return client;
  }

  /** In bounded time: each of its statements is. */
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
      watch.end();
      if (open !== undefined) await close(open);
      open = undefined;
    },
  };
}

/**
 * Ends a link on which a statement has been under way for two seconds longer than it may take on the server, or for a quarter more.
 * One timer for all: pg's own are one for each statement, and each keeps what its statement held for a while longer.
 */
function watchStatements(
  statementSeconds: number,
  isBusy: () => boolean,
): { begin(client: pg.Client): void; end(): void } {
  let watched: pg.Client | undefined;
  let begun = 0;
  let seen = 0;
  let looks = 0;
  let timer: NodeJS.Timeout | undefined;

  function look(): void {
    looks = isBusy() && begun === seen ? looks + 1 : 0;
    seen = begun;
    if (looks >= LOOKS) watched?.connection.stream.destroy();
  }

  return {
    begin(client) {
      watched = client;
      looks = 0;
      timer ??= setInterval(look, ((statementSeconds + 2) * 1000) / LOOKS).unref();
      client.query = new Proxy(client.query, {
        apply(query, self, args) {
          begun++;
          return Reflect.apply(query, self, args);
        },
      });
    },
    end: () => clearInterval(timer),
  };
}

const IDLE_LOST = 'an idle Postgres connection was lost';

/** In bounded time, also where the peer answers nothing. */
async function close(client: pg.Client): Promise<void> {
  await withDeadline(client.end(), END_MS, 'closing').catch(() => client.connection.stream.destroy());
}
