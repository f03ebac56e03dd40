/** The signature of announcements, with keys that are read at the start and again while the process runs. */

import { READ_KEYS_EVERY_MS, readAnnouncementKeys } from '../broker/announcement-keys.ts';
import { createSeal, type Seal } from '../broker/seal.ts';
import { startInterval } from '../platform/interval.ts';

import type { ServiceContext } from './context.ts';

/**
 * Resolves once the keys are known, so that no announcement is looked at without them. While Postgres is away, or has no
 * key, those of before go on.
 */
export async function openSeal({ names, pool, logger, onStop, stepMs }: ServiceContext): Promise<Seal> {
  let keys: readonly Buffer[] = [];
  const read = async () => {
    const found = await readAnnouncementKeys(pool);
    if (found.length > 0) keys = found;
    else logger.error('announcement_keys is empty: INSERT INTO announcement_keys DEFAULT VALUES');
  };
  await read();
  const repetition = startInterval('read keys', READ_KEYS_EVERY_MS, read, logger);
  onStop('stop reading keys', () => repetition.stop(), stepMs);
  return createSeal(names.announcements, () => keys);
}
