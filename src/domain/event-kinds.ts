/**
 * The kinds of events: one table, which everything else that differs by kind follows. Imports nothing, so that the
 * console's bundle can hold it.
 *
 * A new kind needs a row here, its words in the console's languages, and a migration that widens the check on
 * `notifications.type`. Workers and gateways come before publishers: a worker of the version before dead-letters a key
 * that it does not know, and `orderbell dead redrive` sends it again.
 */

interface EventKind {
  /** What a notification of it has as its `type`. */
  readonly type: number;
  /** In commands, configuration keys and the console's settings. */
  readonly name: string;
  /** In sentences, with its article. */
  readonly noun: string;
  /** What has happened. */
  readonly summary: string;
  /** Whether an event must have one: where it may be left out, the order's id stands in. */
  readonly orderNumber: 'required' | 'optional';
  /** It can happen to one order again: then its time belongs to what the event is known by. */
  readonly isRepeatable: boolean;
  /** What the console rings for first: the highest. */
  readonly urgency: number;
  /** What a notification says by default; `{orderNumber}` and `{orderId}` are filled in. */
  readonly template: string;
}

/** By routing key. */
export const EVENT_KINDS = {
  'order.paid': {
    type: 1,
    name: 'paid',
    noun: 'a new order',
    summary: 'An order was paid',
    orderNumber: 'required',
    isRepeatable: false,
    urgency: 1,
    template: '订单号： {orderNumber}',
  },
  'order.reminded': {
    type: 2,
    name: 'reminded',
    noun: 'a reminder',
    summary: 'A customer asks where the order is',
    orderNumber: 'optional',
    isRepeatable: true,
    urgency: 2,
    template: '订单号: {orderId}',
  },
} as const satisfies Record<string, EventKind>;

/** What upstream may say of an order besides: the shop has nothing to do for it any more. By routing key. */
export const RESOLVING_KINDS = {
  'order.accepted': {
    reason: 'accepted',
    summary: 'The shop has accepted the order elsewhere: its open notifications need no answer',
  },
  'order.cancelled': {
    reason: 'cancelled',
    summary: 'The order was cancelled: its open notifications need no answer',
  },
} as const;

export type ResolvingKey = keyof typeof RESOLVING_KINDS;

export const RESOLVING_KEYS = Object.keys(RESOLVING_KINDS) as ResolvingKey[];

export function isResolvingKey(key: string): key is ResolvingKey {
  return Object.hasOwn(RESOLVING_KINDS, key);
}

export type EventKey = keyof typeof EVENT_KINDS;
type Kinds = (typeof EVENT_KINDS)[EventKey];
export type EventType = Kinds['type'];
export type EventName = Kinds['name'];

/** Of what makes a notification. */
export const ROUTING_KEYS = Object.keys(EVENT_KINDS) as EventKey[];

/** In the order of the table. */
export const KNOWN_KINDS: readonly Kinds[] = Object.values(EVENT_KINDS);

/** The kind of that type; undefined for a type of a later version. */
export function kindOfType(type: number): Kinds | undefined {
  return KNOWN_KINDS.find((kind) => kind.type === type);
}

export function isRoutingKey(key: string): key is EventKey {
  return Object.hasOwn(EVENT_KINDS, key);
}

export function byKey<T>(make: (key: EventKey) => T): Record<EventKey, T> {
  return Object.fromEntries(ROUTING_KEYS.map((key) => [key, make(key)])) as Record<EventKey, T>;
}

export function byName<T>(make: (kind: Kinds) => T): Record<EventName, T> {
  return Object.fromEntries(KNOWN_KINDS.map((kind) => [kind.name, make(kind)])) as Record<EventName, T>;
}

export function fillTemplate(template: string, orderId: number | string, orderNumber: string): string {
  return template.replaceAll('{orderNumber}', orderNumber).replaceAll('{orderId}', String(orderId));
}
