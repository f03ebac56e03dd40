/** Whether what is committed survives the loss of the primary, and whether commits wait for a standby that is away. */

import type { Queryable } from '../../platform/postgres.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

export interface Replication {
  /** The setting `synchronous_standby_names`. */
  names: string;
  /** The setting `synchronous_commit`. */
  commit: string;
  /** How many standbys are connected. */
  standbys: number;
  /** How many of them count for a commit; undefined where our user may not see it. */
  synchronous: number | undefined;
}

/** Undefined where there is no replication. */
export async function examineReplication(pool: Queryable): Promise<Finding | undefined> {
  const { rows } = await pool.query<Replication & { synchronous: number | null }>(
    `SELECT current_setting('synchronous_standby_names') AS names, current_setting('synchronous_commit') AS commit,
       count(pid)::int AS standbys,
       CASE WHEN pg_has_role('pg_read_all_stats', 'USAGE')
         THEN (count(pid) FILTER (WHERE sync_state IN ('sync', 'quorum')))::int END AS synchronous
     FROM pg_stat_replication`,
  );
  const [row] = rows;
  return row && replicationFinding({ ...row, synchronous: row.synchronous ?? undefined });
}

export function replicationFinding({
  names,
  commit,
  standbys,
  synchronous,
}: Replication): Finding | undefined {
  const count = `${standbys} standby${standbys === 1 ? '' : 's'}`;
  if (names === '') {
    if (standbys === 0) return undefined;
    const says = `${count} connected, asynchronously: a failover loses what has not reached one yet`;
    return warn('replication', says, 'set synchronous_standby_names where nothing may be lost');
  }
  if (commit === 'off' || commit === 'local') {
    const says = `synchronous_commit = ${commit}: commits do not wait for synchronous_standby_names`;
    return warn('replication', says, 'set it to on where nothing may be lost');
  }
  const needed = Number(/^(?:first|any)?\s*([0-9]+)\s*\(/i.exec(names.trim())?.[1] ?? 1);
  const present = synchronous ?? standbys;
  if (present < needed) {
    const says = `each commit waits for ${needed} of synchronous_standby_names, and ${present} connected`;
    return fail('replication', says, 'start the standby, or take it out of synchronous_standby_names');
  }
  if (synchronous === undefined) {
    return ok('replication', `${count} connected; whether they are synchronous, our user may not see`);
  }
  return ok('replication', `${synchronous} of the ${needed} synchronous standbys needed are connected`);
}
