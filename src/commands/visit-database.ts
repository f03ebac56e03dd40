/** A short visit to Postgres, for a command that runs and ends. */

import type pg from 'pg';
import { AppError, messageOf } from '../platform/errors.ts';
import { createLogger } from '../platform/logger.ts';
import { createPool, isUnavailable, type PoolOptions } from '../platform/postgres.ts';

/** Works, and closes every connection. Rejects with `database-unavailable` where Postgres cannot be reached. */
export async function visitDatabase<T>(
  options: PoolOptions,
  work: (pool: pg.Pool) => Promise<T>,
): Promise<T> {
  const pool = createPool(options, createLogger('silent'));
  try {
    return await work(pool);
  } catch (error) {
    if (error instanceof AppError || !isUnavailable(error)) throw error;
    throw new AppError('database-unavailable', `Postgres: ${messageOf(error)}`, error);
  } finally {
    await pool.end();
  }
}
