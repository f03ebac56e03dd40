/** The database before anything uses it. */

import { assertCurrent, readSchemaState } from '../../db/migrate.ts';
import { AppError, messageOf } from '../platform/errors.ts';
import { assertPrimary, isUnavailable } from '../platform/postgres.ts';
import { retry } from '../platform/retry.ts';
import type { ServiceContext } from './context.ts';

const WAIT = { initialMs: 200, maxMs: 5_000 };

/** Waits for a database that is not there yet; rejects if it stays away or has another schema than this code. */
export async function waitForSchema({ config, pool, logger }: ServiceContext): Promise<void> {
  const deadline = performance.now() + config.database.waitSeconds * 1000;
  const check = async () => {
    await assertPrimary(pool);
    assertCurrent(await readSchemaState(pool));
  };
  const checked = await retry(check, {
    backoff: WAIT,
    giveUp: ({ error, waitMs }) => !isUnavailable(error) || performance.now() + waitMs > deadline,
    onFailure({ error, failures }) {
      logger.warn({ error: messageOf(error), attempt: failures }, 'Postgres cannot be reached');
    },
  });
  if (checked.outcome !== 'gave-up') return;
  const { error } = checked;
  if (error instanceof AppError && error.code !== 'database-unavailable') throw error;
  throw new AppError('database-unavailable', `Postgres: ${messageOf(error)}`, error);
}
