/**
 * What travels over RabbitMQ and WebSocket: the matter of the AsyncAPI document. The schemas are those that what comes in
 * is checked by; tests send every example, and hold what the service sends to the rest.
 */

import { type TSchema, Type } from 'typebox';
import { DeadLetterHeaders } from '../broker/dead-letters/dead-letters.ts';
import { BELL_EVENTS, BELL_KEYS, type BellKey } from '../domain/bell-events.ts';
import {
  byKey,
  EVENT_KINDS,
  type EventKey,
  fillTemplate,
  KNOWN_KINDS,
  RESOLVING_KEYS,
  RESOLVING_KINDS,
  type ResolvingKey,
} from '../domain/event-kinds.ts';
import { EVENT_BODIES, RESOLVING_BODY } from '../domain/order-event.ts';
import { MAX_TRACESTATE_LENGTH } from '../domain/trace-context.ts';
import { CLIENT_FRAMES, PlainFrame, SERVER_FRAMES } from '../gateway/frame-schemas.ts';

export interface Message {
  summary: string;
  payload: TSchema;
  headers?: TSchema;
  examples: readonly { name: string; payload: unknown; headers?: Record<string, string> }[];
}

const eventId = '01956b1e-24b1-7a60-9d3c-6f0c8b1f2a10';
const orderNumber = '2025030617143500001';
const occurredAt = '2025-03-06T17:14:35.000Z';
const epoch = '8f7e5a52-9d0c-4c1b-8a41-2f6f0d6b7c19.51d0c2aa';
const paid = { type: 1, orderId: 1024, content: `订单号： ${orderNumber}` };
const reminded = { type: 2, orderId: 1024, content: '订单号: 1024' };

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

const common = { eventId, orderId: 1024, orderNumber, shopId: 'default', occurredAt };
const shown = { summary: '2 × 宫保鸡丁, 1 × 米饭', amount: 6800 };

/** Of a kind that has none here there are those that fit any kind. */
const EVENT_EXAMPLES: Partial<Record<EventKey, Message['examples']>> = {
  'order.paid': [
    { name: 'all', payload: { ...common, ...shown } },
    { name: 'least', payload: { orderId: 1025, orderNumber: 'H-2041' }, headers: {} },
    {
      name: 'id-of-64-bits',
      payload: { orderId: '9223372036854775807', orderNumber: 'H-2042', shopId: 'harbour' },
    },
  ],
  'order.reminded': [
    {
      name: 'all',
      payload: {
        ...common,
        eventId: '01956b21-9c3e-7d11-8a55-2b1f0e9d7c44',
        occurredAt: '2025-03-06T17:32:08.120Z',
      },
    },
    { name: 'least', payload: { orderId: 1025 }, headers: {} },
  ],
};

/** A publisher that keeps traces may write these, and our relay does where it keeps them. */
const EVENT_HEADERS = Type.Object({
  traceparent: Type.Optional(
    Type.String({ description: 'the trace that the event is part of (W3C Trace Context)' }),
  ),
  tracestate: Type.Optional(Type.String({ maxLength: MAX_TRACESTATE_LENGTH })),
});

/** By routing key: what upstream services publish, and our own relay with all of the fields. */
export const EVENTS = byKey<Message>((key) => ({
  summary: EVENT_KINDS[key].summary,
  payload: EVENT_BODIES[key],
  headers: EVENT_HEADERS,
  examples: (EVENT_EXAMPLES[key] ?? [{ name: 'all', payload: common }]).map((example) => ({
    headers: { traceparent },
    ...example,
  })),
}));

/** By routing key: what ends the open notifications of an order. Our own relay publishes `order.cancelled` of a refund. */
export const RESOLVING_MESSAGES = Object.fromEntries(
  RESOLVING_KEYS.map((key): [ResolvingKey, Message] => [
    key,
    {
      summary: RESOLVING_KINDS[key].summary,
      payload: RESOLVING_BODY,
      examples: [
        {
          name: 'all',
          payload: {
            eventId: '01956b2c-5b1a-7f44-b1d0-0d8a3f2c9e61',
            orderId: 1024,
            shopId: 'default',
            occurredAt: '2025-03-06T17:18:02.511Z',
          },
        },
        { name: 'least', payload: { orderId: 1025 } },
      ],
    },
  ]),
);

const SEQ = { seq: 42, type: 1, orderId: 1024 };
const own = {
  eventId: '3f1d9f0e-7d52-4a0a-9f6b-0f6f5a1f7c11',
  shopId: 'default',
  occurredAt: '2025-03-06T17:15:20.104Z',
};

const BELL_EXAMPLES: Record<BellKey, object> = {
  'notification.acknowledged': { ...own, ...SEQ, sid: 'till-1', subject: 'counter' },
  'notification.resolved': { ...own, ...SEQ, reason: 'accepted' },
  'notification.escalated': {
    ...{ shopId: 'default', ...SEQ, eventId, content: paid.content, occurredAt },
    ...{ step: 1, cycle: 0, when: 'unheard', presence: 'silent', targets: ['platform'] },
  },
  'notification.expired': { ...own, ...SEQ, content: paid.content },
  'shop.deaf': { ...own, since: '2025-03-06T17:14:20.104Z' },
  'shop.hearing': { ...own, deafSince: '2025-03-06T17:10:00.000Z' },
};

/** By routing key: what the exchange `bell` says. */
export const BELL_MESSAGES = Object.fromEntries(
  BELL_KEYS.map((key): [BellKey, Message] => {
    const { summary, properties } = BELL_EVENTS[key];
    return [
      key,
      { summary, payload: Type.Object(properties), examples: [{ name: 'one', payload: BELL_EXAMPLES[key] }] },
    ];
  }),
);

export const DEAD_LETTER: Message = {
  summary: 'A message that could not be used, and why',
  payload: Type.Unknown({ description: 'the body as it came, whether it is JSON or not' }),
  headers: DeadLetterHeaders,
  examples: [
    {
      name: 'without-an-order',
      payload: { orderNumber },
      headers: {
        'x-orderbell-reason': 'invalid',
        'x-orderbell-detail': '(body): must have required properties orderId',
        'x-orderbell-at': '2025-03-06T17:14:35.402Z',
      },
    },
  ],
};

export const PLAIN_MESSAGES = {
  alert: {
    summary: capitalised(KNOWN_KINDS.map(({ noun }) => noun).join(', or ')),
    payload: PlainFrame,
    examples: KNOWN_KINDS.map(({ name, type, template }) => ({
      name,
      payload: { type, orderId: 1024, content: fillTemplate(template, 1024, orderNumber) },
    })),
  },
} satisfies Record<string, Message>;

export const SERVER_MESSAGES: Record<keyof typeof SERVER_FRAMES, Message> = {
  ready: {
    summary: 'Caught up; without `since` it comes first',
    payload: SERVER_FRAMES.ready,
    examples: [
      {
        name: 'caught-up',
        payload: {
          ...{ kind: 'ready', shop: 'default', epoch, head: 42, oldest: 1, receipts: 7 },
          ...{ open: 41, now: '2025-03-06T17:14:41.112Z' },
        },
      },
    ],
  },
  notification: {
    summary: 'A notification, in the order of `seq`',
    payload: SERVER_FRAMES.notification,
    examples: [
      { name: 'paid', payload: { kind: 'notification', seq: 42, eventId, ...paid, occurredAt } },
      {
        name: 'acknowledged-before',
        payload: {
          kind: 'notification',
          seq: 41,
          eventId: 'upstream-7731',
          ...reminded,
          occurredAt,
          ackedBy: 'till-1',
          ackedAt: '2025-03-06T17:14:41.007Z',
        },
      },
    ],
  },
  gone: {
    summary: 'What the client asked to resume from is not to be had: all that is kept follows',
    payload: SERVER_FRAMES.gone,
    examples: [{ name: 'another-log', payload: { kind: 'gone', epoch, oldest: 17, head: 42 } }],
  },
  receipt: {
    summary: 'Somebody of the shop acknowledged a notification',
    payload: SERVER_FRAMES.receipt,
    examples: [
      {
        name: 'first',
        payload: {
          kind: 'receipt',
          n: 7,
          seq: 42,
          sid: 'till-1',
          reason: 'acknowledged',
          at: '2025-03-06T17:14:41.007Z',
        },
      },
    ],
  },
  escalation: {
    summary: 'Others are told of a notification that the shop has not dealt with; lost ones are not repeated',
    payload: SERVER_FRAMES.escalation,
    examples: [
      {
        name: 'to-the-platform',
        payload: {
          kind: 'escalation',
          seq: 42,
          step: 1,
          targets: ['platform'],
          at: '2025-03-06T17:15:20.007Z',
        },
      },
    ],
  },
  heartbeat: {
    summary: 'The link is alive; none for 60 s means: reconnect',
    payload: SERVER_FRAMES.heartbeat,
    examples: [{ name: 'quiet', payload: { kind: 'heartbeat', head: 42 } }],
  },
  expiring: {
    summary: 'The token ends then, and the socket with 4003: come back with a new one before',
    payload: SERVER_FRAMES.expiring,
    examples: [{ name: 'a-minute-before', payload: { kind: 'expiring', inSeconds: 60 } }],
  },
  restarting: {
    summary:
      'The process stops: open the next socket at a random time within that, then close this one with 1000',
    payload: SERVER_FRAMES.restarting,
    examples: [{ name: 'in-five-seconds', payload: { kind: 'restarting', withinMs: 5000 } }],
  },
  error: {
    summary: 'What the client sent was not obeyed',
    payload: SERVER_FRAMES.error,
    examples: [{ name: 'not-yet-there', payload: { kind: 'error', code: 'unknown-seq', message: 'seq 43' } }],
  },
};

export const CLIENT_MESSAGES: Record<keyof typeof CLIENT_FRAMES, Message> = {
  ack: {
    summary: 'Acknowledges exactly that notification, or exactly those; the first acknowledgement wins',
    payload: CLIENT_FRAMES.ack,
    examples: [
      { name: 'first', payload: { kind: 'ack', seq: 1 } },
      { name: 'of-one-log', payload: { kind: 'ack', seq: 2, epoch } },
      { name: 'many', payload: { kind: 'ack', seqs: [3, 4], epoch } },
    ],
  },
  seen: {
    summary: 'Every notification up to there is or was on the screen; at most one a second',
    payload: CLIENT_FRAMES.seen,
    examples: [{ name: 'seen', payload: { kind: 'seen', seq: 1 } }],
  },
  spoken: {
    summary: 'Every notification up to there was said or chimed to the end; at most one a second',
    payload: CLIENT_FRAMES.spoken,
    examples: [{ name: 'spoken', payload: { kind: 'spoken', seq: 1 } }],
  },
  hearing: {
    summary:
      'Whether alerts can sound here: at the start and on change. A session that never sends it counts as `on`',
    payload: CLIENT_FRAMES.hearing,
    examples: [
      { name: 'on', payload: { kind: 'hearing', sound: 'on', visible: true } },
      { name: 'muted-behind-another-page', payload: { kind: 'hearing', sound: 'muted', visible: false } },
    ],
  },
};

function capitalised(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
