/** A page of a shop's log, with what was told of each notification to others. For people who look: replays go without. */

import type { LogPage } from '../domain/log.ts';
import type { Escalated, LoggedNotification } from '../domain/notification.ts';
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
  if (page === undefined) return undefined;
  return { ...page, notifications: await withEscalated(pool, shopId, page.notifications) };
}

/** The same notifications, of one shop and in the order of their places or against it, with the newest step of each. */
export async function withEscalated(
  pool: Queryable,
  shopId: string,
  notifications: LoggedNotification[],
): Promise<LoggedNotification[]> {
  if (notifications.length === 0) return notifications;
  const escalated = await readNewestSteps(
    pool,
    shopId,
    notifications.map(({ seq }) => seq),
  );
  return notifications.map((notification) => {
    const newest = escalated.get(notification.seq);
    return newest === undefined ? notification : { ...notification, escalated: newest };
  });
}

async function readNewestSteps(
  pool: Queryable,
  shopId: string,
  seqs: readonly number[],
): Promise<Map<number, Escalated>> {
  const { rows } = await pool.query<StepRow>({
    name: 'read-newest-steps',
    text: `SELECT DISTINCT ON (seq) seq, step, targets, decided_at FROM escalation_steps
           WHERE shop_id = $1 AND seq = ANY ($2) ORDER BY seq, cycle DESC, step DESC`,
    values: [shopId, seqs],
  });
  return new Map(
    rows.map(({ seq, step, targets, decided_at }) => [
      Number(seq),
      { step, targets, at: decided_at.toISOString() },
    ]),
  );
}
