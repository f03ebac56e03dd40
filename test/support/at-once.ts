/** Making things of the database really happen at the same moment: they queue for a row that is locked, and are let go. */

import { expect } from 'chai';
import type pg from 'pg';
import { eventually } from './eventually.ts';

/**
 * Holds what `lock` (a SELECT … FOR UPDATE) locks until ten of what `start` starts wait for a lock, then lets them go.
 * Resolves with what they resolve with. Without it the first is often done before the others have a connection.
 */
export async function atOnce<T>(
  pool: pg.Pool,
  lock: string,
  values: unknown[],
  start: () => Promise<T>[],
): Promise<T[]> {
  const holder = await pool.connect();
  try {
    await holder.query('BEGIN');
    await holder.query(lock, values);
    const started = start();
    for (const one of started) one.catch(() => {}); // the caller hears of it below
    await eventually(async () => {
      await holder.query('SELECT pg_stat_clear_snapshot()'); // within a transaction it would not change
      const { rows } = await holder.query(
        `SELECT count(*)::int FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      expect(rows[0].count).to.be.at.least(10);
    });
    await holder.query('COMMIT');
    return await Promise.all(started);
  } finally {
    holder.release(true);
  }
}
