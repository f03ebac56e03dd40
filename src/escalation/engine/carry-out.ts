/** Writes what was planned, in the transaction in which it was claimed: each kind in one statement, however many. */

import { type BellEvent, recordBell } from '../../outbox/record-bell.ts';
import type { Queryable } from '../../platform/postgres.ts';
import { insertDeliveries } from '../deliveries/insert-deliveries.ts';
import type { FiredStep, Move, OpenPlace, Plan } from './plan.ts';

/** Resolves with the steps that are new: one that is there already is told of once. */
export async function carryOut(client: Queryable, plan: Plan): Promise<FiredStep[]> {
  const fired = await insertSteps(client, plan.fired);
  const events: BellEvent[] = [...fired, ...plan.expired].map(({ event }) => event);
  await recordBell(client, events);
  await insertDeliveries(
    client,
    fired.flatMap(({ deliveries }) => deliveries),
  );
  await moveOn(client, plan.moves);
  await markExpired(client, plan.expired);
  await remove(client, [...plan.expired, ...plan.gone]);
  return fired;
}

async function insertSteps(client: Queryable, steps: readonly FiredStep[]): Promise<FiredStep[]> {
  if (steps.length === 0) return [];
  const { rows } = await client.query<{ shop_id: string; seq: string; cycle: number; step: number }>({
    name: 'insert-escalation-steps',
    // The names of targets have no commas.
    text: `INSERT INTO escalation_steps (shop_id, seq, cycle, step, policy_id, condition, targets, presence, due_at)
           SELECT shop_id, seq, cycle, step, policy_id, condition, string_to_array(targets, ','), presence, due_at
           FROM unnest($1::text[], $2::bigint[], $3::smallint[], $4::smallint[], $5::bigint[], $6::text[], $7::text[],
             $8::text[], $9::timestamptz[])
             AS s (shop_id, seq, cycle, step, policy_id, condition, targets, presence, due_at)
           ON CONFLICT DO NOTHING RETURNING shop_id, seq, cycle, step`,
    values: [
      steps.map(({ shopId }) => shopId),
      steps.map(({ seq }) => seq),
      steps.map(({ cycle }) => cycle),
      steps.map(({ step }) => step),
      steps.map(({ policyId }) => policyId),
      steps.map(({ when }) => when),
      steps.map(({ targets }) => targets.join(',')),
      steps.map(({ presence }) => presence),
      steps.map(({ dueAt }) => new Date(dueAt)),
    ],
  });
  if (rows.length === steps.length) return [...steps];
  const made = new Set(rows.map((row) => [row.shop_id, row.seq, row.cycle, row.step].join('\n')));
  return steps.filter(({ shopId, seq, cycle, step }) => made.has([shopId, seq, cycle, step].join('\n')));
}

async function moveOn(client: Queryable, moves: readonly Move[]): Promise<void> {
  if (moves.length === 0) return;
  await client.query({
    name: 'move-escalations',
    text: `UPDATE escalations e SET cycle = m.cycle, step = m.step, due_at = m.due_at
           FROM unnest($1::text[], $2::bigint[], $3::smallint[], $4::smallint[], $5::timestamptz[])
             AS m (shop_id, seq, cycle, step, due_at)
           WHERE e.shop_id = m.shop_id AND e.seq = m.seq`,
    values: [
      ...placesOf(moves),
      moves.map(({ next }) => next.cycle),
      moves.map(({ next }) => next.step),
      moves.map(({ dueAt }) => new Date(Math.ceil(dueAt))),
    ],
  });
}

async function markExpired(client: Queryable, places: readonly OpenPlace[]): Promise<void> {
  if (places.length === 0) return;
  await client.query({
    name: 'mark-expired',
    text: `UPDATE notifications n SET expired_at = clock_timestamp()
           FROM unnest($1::text[], $2::bigint[]) AS p (shop_id, seq)
           WHERE n.shop_id = p.shop_id AND n.seq = p.seq AND n.expired_at IS NULL`,
    values: placesOf(places),
  });
}

async function remove(client: Queryable, places: readonly OpenPlace[]): Promise<void> {
  if (places.length === 0) return;
  await client.query({
    name: 'remove-escalations',
    text: `DELETE FROM escalations e USING unnest($1::text[], $2::bigint[]) AS p (shop_id, seq)
           WHERE e.shop_id = p.shop_id AND e.seq = p.seq`,
    values: placesOf(places),
  });
}

/** Puts off one that could not be written. */
export async function postponeEscalation(
  client: Queryable,
  { shopId, seq }: OpenPlace,
  ms: number,
): Promise<void> {
  await client.query({
    name: 'postpone-escalation',
    text: `UPDATE escalations SET due_at = clock_timestamp() + make_interval(secs => $3::float8 / 1000)
           WHERE shop_id = $1 AND seq = $2`,
    values: [shopId, seq, ms],
  });
}

function placesOf(places: readonly OpenPlace[]) {
  return [places.map(({ shopId }) => shopId), places.map(({ seq }) => seq)];
}
