/**
 * The pool of Postgres connections, and what its errors mean. Guarantees that a connection which failed for
 * another reason than its statement is not used again, and that every wait for a dead link has a bound.
 */

import pg from 'pg';
import { withDeadline } from './deadline.ts';
import { AppError, messageOf } from './errors.ts';
import type { Logger } from './logger.ts';

export interface PoolOptions {
  url: string;
  poolSize: number;
  /** How long to wait for a free or a new connection. */
  connectSeconds: number;
  /** How long one statement may take, on the server and, two seconds later, on our side of a dead link. */
  statementSeconds: number;
}

/** What can run a statement: the pool, or the one connection of a transaction. */
export type Queryable = Pick<pg.Pool, 'query'>;

/** Opens no connection yet. The caller ends it with `pool.end()`. */
export function createPool(options: PoolOptions, logger: Logger): pg.Pool {
  const pool = new pg.Pool({
    ...clientConfig(options),
    max: options.poolSize,
    onConnect: (client) => boundSession(client, options),
  });
  // A client that goes straight from one user to a waiting one has no listener of the pool's until that one goes on. A
  // connection that the server ends in that very read would be an uncaught error, and the end of the process.
  pool.on('connect', (client) => client.on('error', () => {}));
  pool.on('error', (error) => logger.warn({ error: error.message }, 'an idle Postgres connection was lost'));
  // The pool discards a connection on which a single statement failed, so that the next attempt has another one.
  pool.query = new Proxy(pool.query, {
    apply: (query, self, args) => withFreshPlans(pool, () => Reflect.apply(query, self, args)),
  });
  return pool;
}

export function clientConfig(options: PoolOptions): pg.ClientConfig {
  return {
    connectionString: options.url,
    connectionTimeoutMillis: options.connectSeconds * 1000,
    query_timeout: (options.statementSeconds + 2) * 1000,
    keepAlive: true,
    application_name: 'orderbell',
  };
}

const IDLE_IN_TRANSACTION_MS = 60_000;

/**
 * Sets the limits of a fresh connection before its first statement. Not with the start-up message: a pooler such as
 * pgbouncer refuses parameters there that it does not know. It compiles no plans (JIT): each statement here is over
 * sooner than the 0.5 to 4 ms that compiling takes.
 */
export async function boundSession(
  client: pg.ClientBase,
  { connectSeconds, statementSeconds }: PoolOptions,
): Promise<void> {
  const set = client.query(
    `SELECT set_config('statement_timeout', $1, false),
            set_config('idle_in_transaction_session_timeout', $2, false),
            set_config('jit', 'off', false)`,
    [String(statementSeconds * 1000), String(IDLE_IN_TRANSACTION_MS)],
  );
  try {
    await withDeadline(set, connectSeconds * 1000, 'the first statement');
  } catch (error) {
    // The pool waits for the end of a connection that it does not keep; on a dead link there would be none.
    if (client instanceof pg.Client) client.connection.stream.destroy();
    throw new AppError('database-unavailable', `a new connection failed: ${messageOf(error)}`, error);
  }
}

/**
 * A migration that changes what a prepared statement answers makes it fail on each connection that has prepared it. The
 * statement has had no effect then: `attempt` is repeated until it meets a connection that has not, which is after one
 * attempt for each connection of the pool at the latest.
 */
async function withFreshPlans<T>(pool: pg.Pool, attempt: () => Promise<T>): Promise<T> {
  for (let others = pool.options.max; ; others--) {
    try {
      return await attempt();
    } catch (error) {
      if (!isStalePlan(error) || others <= 0) throw error;
    }
  }
}

/** Known by the routine that says it: its SQLSTATE, 0A000, is also of others, and its message is translated. */
export function isStalePlan(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.routine === 'RevalidateCachedQuery';
}

/**
 * Runs `work` in one READ COMMITTED transaction: committed when it resolves, rolled back when it rejects, with
 * the same error. The connection goes back to the pool only if Postgres itself answered to the end. Where a migration has
 * outdated a prepared statement, `work` is rolled back and runs again on another connection.
 */
export function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  return withFreshPlans(pool, () => transact(pool, work));
}

async function transact<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // While a client is checked out the pool does not listen: a cut between two statements would be uncaught.
  const onError = (error: Error) => {
    broken = error;
  };
  client.on('error', onError);
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    // A statement that is outdated stays so for as long as the connection lives.
    if (isUnavailable(error) || isStalePlan(error)) broken ??= asError(error);
    else await client.query('ROLLBACK').catch((failure: Error) => (broken ??= failure));
    throw error;
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** The constraint that the statement breaks, where Postgres names one. */
export function constraintOf(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.constraint : undefined;
}

/** The five-character SQLSTATE if Postgres itself refused the statement, else undefined. */
export function sqlStateOf(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}

/**
 * Whether it is the recovery of a standby that stands in the way: a function that does not run meanwhile (55000), or a read
 * that was cancelled because it held up the replay (40001). Both codes have other meanings, and messages are translated;
 * the source file is neither: https://www.postgresql.org/docs/current/protocol-error-fields.html
 */
function isOfRecovery(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return false;
  const { code, file = '' } = error;
  // A conflict of two transactions is found where they write, never in the loop that reads a session's commands.
  return (code === '55000' && /^xlog/.test(file)) || (code === '40001' && file === 'postgres.c');
}

/** Rejects with `database-unavailable` on a standby that was not promoted, and as the query does where it fails. */
export async function assertPrimary(pool: Queryable): Promise<void> {
  const { rows } = await pool.query<{ recovering: boolean }>('SELECT pg_is_in_recovery() AS recovering');
  if (rows[0]?.recovering) {
    throw new AppError(
      'database-unavailable',
      'the server is in recovery: a standby that is not promoted yet',
    );
  }
}

/**
 * Whether the database is away rather than unhappy with a statement: no answer, or SQLSTATE class 08 (connection),
 * 53 (out of resources), 57 (shutting down, cancelled by the statement's time limit) or 58 (system error), or
 * 25006, 55000 or 40001 of a standby that was not promoted yet.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function isUnavailable(error: unknown): boolean {
  const state = sqlStateOf(error);
  if (state !== undefined) {
    return ['08', '53', '57', '58'].includes(state.slice(0, 2)) || state === '25006' || isOfRecovery(error);
  }
  if (error instanceof AppError) return error.code === 'database-unavailable';
  if (error instanceof AggregateError) return error.errors.some(isUnavailable);
  if (!(error instanceof Error)) return false;
  // `open` is of a file that the URL names, such as `sslrootcert`.
  const isOfNetwork = 'syscall' in error && 'code' in error && error.syscall !== 'open';
  return isOfNetwork || LOST_LINK.test(error.message);
}

/** What pg says without a code when a link is lost, or was not to be had in time. */
const LOST_LINK =
  /^(Connection terminated|Client has encountered a connection error|Query read timeout|timeout exceeded when trying to connect|timeout expired)/;
