/** A page of a shop's log, with what was told of each notification to others. For people who look: replays go without. */

import type { LogPage } from '../domain/log.ts';
import type { Escalated } from '../domain/notification.ts';
import type { Queryable } from '../platform/postgres.ts';
import { readPage } from './read-log.ts';

interface StepRow {
  seq: string;
  step: number;
  targets: string[];
  decided_at: Date;
}

/** As `readPage`. The steps are read a moment later. */
export async function readEscalatedPage(
  pool: Queryable,
  shopId: string,
  since: number,
  limit: number,
): Promise<LogPage | undefined> {
  const page = await readPage(pool, shopId, since, limit);
  const [first, last] = [page?.notifications.at(0), page?.notifications.at(-1)];
  if (page === undefined || first === undefined || last === undefined) return page;
  const escalated = await readNewestSteps(pool, shopId, first.seq, last.seq);
  return {
    ...page,
    notifications: page.notifications.map((notification) => {
      const newest = escalated.get(notification.seq);
      return newest === undefined ? notification : { ...notification, escalated: newest };
    }),
  };
}

async function readNewestSteps(
  pool: Queryable,
  shopId: string,
  from: number,
  to: number,
): Promise<Map<number, Escalated>> {
  const { rows } = await pool.query<StepRow>({
    name: 'read-newest-steps',
    text: `SELECT DISTINCT ON (seq) seq, step, targets, decided_at FROM escalation_steps
           WHERE shop_id = $1 AND seq BETWEEN $2 AND $3 ORDER BY seq, cycle DESC, step DESC`,
    values: [shopId, from, to],
  });
  return new Map(
    rows.map(({ seq, step, targets, decided_at }) => [
      Number(seq),
      { step, targets, at: decided_at.toISOString() },
    ]),
  );
}
