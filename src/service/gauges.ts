/** What is looked up for the metrics. */

import type { Role } from '../config/config.ts';
import { readBacklog } from '../outbox/backlog.ts';

import { assertPrimary } from '../platform/postgres.ts';
import type { BrokerLinks, ServiceContext } from './context.ts';

export function showGauges(
  { gauges, pool, names }: ServiceContext,
  broker: BrokerLinks,
  hasRole: (role: Role) => boolean,
): void {
  gauges.pool(pool);
  gauges.links(
    () => assertPrimary(pool),
    () => broker.links(),
  );
  if (hasRole('http') || hasRole('relay')) gauges.outbox(() => readBacklog(pool));
  if (hasRole('relay') || hasRole('worker')) {
    const queues = { notifications: names.notifications, 'notifications.dead': names.deadLetters };
    gauges.queues((queue) => broker.depths.read(queues[queue]));
  }
}
