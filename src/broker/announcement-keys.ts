/**
 * The keys that announcements are signed with, from the database that all processes share. A new key signs nothing until
 * every process has had the time to read it, so that a change of keys costs no announcement.
 */

import type { Queryable } from '../platform/postgres.ts';

/** How often a process reads the keys. */
export const READ_KEYS_EVERY_MS = 30_000;

/** By Postgres's clock. */
const READ_BY_ALL_SECONDS = 120;

/** All that are accepted; the first is the one to sign with. */
export async function readAnnouncementKeys(pool: Queryable): Promise<Buffer[]> {
  const { rows } = await pool.query<{ secret: Buffer }>({
    name: 'read-announcement-keys',
    text: `SELECT secret FROM announcement_keys
           ORDER BY made_at > now() - $1 * interval '1 second', made_at DESC, id DESC`,
    values: [READ_BY_ALL_SECONDS],
  });
  return rows.map(({ secret }) => secret);
}
