/** The events that the options of `orderbell publish` describe, checked by the rules that a worker refuses by. Pure. */

import type { EventKey } from '../domain/event-kinds.ts';
import { type Decoded, decodeOrderEvent } from '../domain/order-event.ts';

/** As it was typed. */
export interface EventOptions {
  orderId?: string;
  orderNumber?: string;
  shop?: string;
  eventId?: string;
  occurredAt?: string;
}

/** What comes from outside. */
export interface Chance {
  now: Date;
  newId(): string;
}

/**
 * Event `index` of `count`. Of several each is another order's, with the next id; under an event id that was given they
 * are all the same one, as a broker delivers it again.
 */
export function makeEvent(
  key: EventKey,
  options: EventOptions,
  index: number,
  count: number,
  { now, newId }: Chance,
): Decoded {
  const isRepeat = options.eventId !== undefined;
  const { orderNumber } = options;
  const body = {
    orderId: isRepeat ? options.orderId : later(options.orderId, index),
    orderNumber:
      orderNumber === undefined || isRepeat || count === 1 ? orderNumber : `${orderNumber}-${index + 1}`,
    shopId: options.shop,
    eventId: options.eventId ?? newId(),
    occurredAt: options.occurredAt ?? now.toISOString(),
  };
  return decodeOrderEvent({ routingKey: key, body: Buffer.from(JSON.stringify(body)) }, now);
}

/** What is no number stays what it is: the decoder names what is wrong with it. */
function later(orderId: string | undefined, by: number): string | undefined {
  return orderId !== undefined && /^[0-9]+$/.test(orderId) ? String(BigInt(orderId) + BigInt(by)) : orderId;
}
