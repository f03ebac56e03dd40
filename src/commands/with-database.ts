/** A short visit to Postgres, for a command that runs and ends. */

import type pg from 'pg';
import { withDeadline } from '../platform/deadline.ts';
import { AppError, messageOf } from '../platform/errors.ts';
import { createLogger } from '../platform/logger.ts';
import { createPool, isUnavailable, type PoolOptions } from '../platform/postgres.ts';

const CLOSE_MS = 1_000;

/** Works, and closes every connection. Rejects with `database-unavailable` where Postgres cannot be reached. */
export async function withDatabase<T>(options: PoolOptions, work: (pool: pg.Pool) => Promise<T>): Promise<T> {
  const pool = createPool(options, createLogger('silent'));
  try {
    return await work(pool);
  } catch (error) {
    if (error instanceof AppError || !isUnavailable(error)) throw error;
    throw new AppError('database-unavailable', `Postgres: ${messageOf(error)}`, error);
  } finally {
    // The end of a link without an answer would be waited for.
    await withDeadline(pool.end(), CLOSE_MS, 'closing').catch(() => {});
  }
}
