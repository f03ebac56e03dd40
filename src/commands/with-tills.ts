/** The paired tills, for a command that runs and ends. */

import { openTillSigning } from '../auth/till-signing.ts';
import { createTills } from '../auth/tills.ts';
import type { Config } from '../config/config.ts';
import { tillTokenSeconds } from '../config/sections/pairing.ts';
import type { Tills } from '../domain/till.ts';
import { AppError } from '../platform/errors.ts';
import { createLogger } from '../platform/logger.ts';
import { withDatabase } from './with-database.ts';

/** Rejects with `config-invalid` where the service could pair no till either. */
export async function withTills<T>(
  { auth, pairing, database }: Config,
  work: (tills: Tills) => Promise<T>,
): Promise<T> {
  const signing = await openTillSigning({ ...auth, ...pairing });
  if (typeof signing === 'string') throw new AppError('config-invalid', `tills cannot be paired: ${signing}`);
  const tokenSeconds = tillTokenSeconds(pairing.tokenDays, auth.maxTokenDays);
  const parts = { signing, ...pairing, tokenSeconds, logger: createLogger('silent'), now: Date.now };
  return withDatabase(database, (pool) => work(createTills({ pool, ...parts })));
}
