/** What is looked up for the metrics. */

import type { Role } from '../config/config.ts';
import { readBacklog } from '../outbox/backlog.ts';

import { assertPrimary } from '../platform/postgres.ts';
import type { Broker, Parts } from './context.ts';

export function showGauges(
  { gauges, pool, names }: Parts,
  broker: Broker,
  does: (role: Role) => boolean,
): void {
  gauges.pool(pool);
  gauges.links(
    () => assertPrimary(pool),
    () => broker.links(),
  );
  if (does('http') || does('relay')) gauges.outbox(() => readBacklog(pool));
  if (does('relay') || does('worker')) {
    const queues = { notifications: names.notifications, 'notifications.dead': names.deadLetters };
    gauges.queues((queue) => broker.depths.read(queues[queue]));
  }
}
