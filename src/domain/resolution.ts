/** Upstream's word that it has dealt with an order: its open notifications need no answer. */

import type { RESOLVING_KINDS, ResolvingKey } from './event-kinds.ts';
import type { OrderId } from './order.ts';

export interface Resolution {
  shopId: string;
  eventId: string;
  orderId: OrderId;
  reason: (typeof RESOLVING_KINDS)[ResolvingKey]['reason'];
  /** ISO 8601 in UTC. A reminder from after then stays open. */
  occurredAt: string;
}
