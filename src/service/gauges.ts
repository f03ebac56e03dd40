/** What is looked up for the metrics. */

import { countOpenIncidents } from '../orders/incident-list.ts';
import { readBacklog } from '../outbox/backlog.ts';
import { assertPrimary } from '../platform/postgres.ts';
import type { BrokerLinks } from './broker.ts';
import type { ServiceContext } from './context.ts';

/** By the exchange that its events go to. */
const OUTBOXES = { orders: 'outbox', bell: 'bell_outbox' } as const;

export function showGauges(
  { gauges, build, pool, names, hasRole }: ServiceContext,
  broker: BrokerLinks,
): void {
  gauges.build(build);
  gauges.pool(pool);
  gauges.links(
    () => assertPrimary(pool),
    () => broker.states(),
  );
  if (hasRole('http') || hasRole('relay'))
    gauges.outboxes((exchange) => readBacklog(pool, OUTBOXES[exchange]));
  if (hasRole('http')) gauges.openIncidents(() => countOpenIncidents(pool));
  if (hasRole('relay') || hasRole('worker')) {
    const queues = { notifications: names.notifications, 'notifications.dead': names.deadLetters };
    gauges.queues((queue) => broker.senders.depths.read(queues[queue]));
  }
}
