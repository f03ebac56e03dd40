/**
 * The AsyncAPI document: the events in RabbitMQ and the frames of a session, in the terms of AsyncAPI 3.0, under the
 * names that this deployment gives its exchanges. What only our own processes say to each other is left out. Pure.
 */

import type { TObject } from 'typebox';
import type { Topology } from '../broker/topology.ts';
import { type EventKey, RESOLVING_KEYS, type ResolvingKey, ROUTING_KEYS } from '../domain/event-kinds.ts';
import { PLAIN_SUBPROTOCOL, SUBPROTOCOL } from '../protocol/subprotocols.ts';
import { type AccessChecks, asyncApiSchemes, joinQuery } from './access.ts';
import {
  BELL_MESSAGES,
  CLIENT_MESSAGES,
  DEAD_LETTER,
  EVENTS,
  type Message,
  PLAIN_MESSAGES,
  RESOLVING_MESSAGES,
  SERVER_MESSAGES,
} from './messages.ts';
import { CONTRACT_VERSION } from './openapi.ts';

type Json = Record<string, unknown>;
type Messages = Readonly<Record<string, Message>>;

const PERSISTENT = 2;

export function asyncApiDocument(names: Topology, access: AccessChecks): Json {
  const schemes = asyncApiSchemes(access);
  const query = joinQuery(access);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Orderbell',
      version: CONTRACT_VERSION,
      description:
        'Rings in a shop for orders that were paid and for reminders. Upstream services publish events, shops listen ' +
        'on WebSocket. Requests and answers are described in `/openapi.json`.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    servers: {
      rabbitmq: server('amqp', 'localhost:5672', { protocolVersion: '0-9-1' }),
      orderbell: server('ws', 'localhost:8080', securityBy(schemes)),
    },
    channels: {
      ...Object.fromEntries(
        [...ROUTING_KEYS, ...RESOLVING_KEYS].map((key) => [channelOf(key), eventChannel(names, key)]),
      ),
      bell: {
        address: names.bell,
        description:
          'What becomes of notifications and shops. Bind a queue of your own, with the routing keys that the messages are called by; ' +
          'what no queue takes is gone. Drop repeats by `message_id`.',
        servers: [ref('servers', 'rabbitmq')],
        messages: Object.fromEntries(
          Object.keys(BELL_MESSAGES).map((key) => [key, ref('components', 'messages', key)]),
        ),
        bindings: amqp({
          is: 'routingKey',
          exchange: { name: names.bell, type: 'topic', durable: true, autoDelete: false },
        }),
      },
      deadLetters: {
        address: names.deadLetters,
        description: 'Where messages are kept that could not be used.',
        servers: [ref('servers', 'rabbitmq')],
        messages: { deadLetter: ref('components', 'messages', 'deadLetter') },
        bindings: amqp({
          is: 'queue',
          queue: { name: names.deadLetters, durable: true, exclusive: false, autoDelete: false },
        }),
      },
      session: sessionChannel(
        'A session that acknowledges and resumes. Frames are told apart by `kind`; take no notice of kinds you do not know.',
        { ...SERVER_MESSAGES, ...CLIENT_MESSAGES },
        {
          required: ['Sec-WebSocket-Protocol'],
          properties: { 'Sec-WebSocket-Protocol': offering(SUBPROTOCOL) },
        },
        query,
      ),
      plainSession: sessionChannel(
        'A session that only listens. Every frame is an alert; what the client sends is ignored.',
        PLAIN_MESSAGES,
        { properties: { 'Sec-WebSocket-Protocol': offering(PLAIN_SUBPROTOCOL) } },
        query,
      ),
    },
    operations: {
      ...fromKinds((key) => [`hear${kindOf(key)}`, operation('receive', channelOf(key), [key])]),
      ...Object.fromEntries(
        RESOLVING_KEYS.map((key) => [`receive${kindOf(key)}`, operation('receive', channelOf(key), [key])]),
      ),
      ...fromKinds((key) => [
        `tell${kindOf(key)}`,
        {
          ...operation('send', channelOf(key), [key]),
          bindings: amqp({ deliveryMode: PERSISTENT, mandatory: true }),
        },
      ]),
      publishOrderCancelled: {
        ...operation('send', 'orderCancelled', ['order.cancelled']),
        bindings: amqp({ deliveryMode: PERSISTENT, mandatory: true }),
      },
      publishToBell: {
        ...operation('send', 'bell', Object.keys(BELL_MESSAGES)),
        bindings: amqp({ deliveryMode: PERSISTENT }),
      },
      refuseEvent: operation('send', 'deadLetters', ['deadLetter']),
      tellSession: operation('send', 'session', Object.keys(SERVER_MESSAGES)),
      hearSession: operation('receive', 'session', Object.keys(CLIENT_MESSAGES)),
      alertPlainSession: operation('send', 'plainSession', Object.keys(PLAIN_MESSAGES)),
    },
    components: {
      ...(access.tokens ? { securitySchemes: schemes } : {}),
      messages: messagesOf({
        ...EVENTS,
        ...RESOLVING_MESSAGES,
        ...BELL_MESSAGES,
        deadLetter: DEAD_LETTER,
        ...SERVER_MESSAGES,
        ...CLIENT_MESSAGES,
        ...PLAIN_MESSAGES,
      }),
    },
  };
}

/** One entry for each kind of event. */
function fromKinds(make: (key: EventKey) => [string, Json]): Json {
  return Object.fromEntries(ROUTING_KEYS.map(make));
}

/** `OrderPaid`. */
function kindOf(key: EventKey | ResolvingKey): string {
  return key.replace(/(?:^|\.)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** `orderPaid`. */
function channelOf(key: EventKey | ResolvingKey): string {
  return key.replace(/\.([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function server(protocol: string, host: string, more: Json = {}): Json {
  return { host: '{host}', protocol, ...more, variables: { host: { default: host } } };
}

/** A header that offers the subprotocol, maybe among others. */
function offering(subprotocol: string): Json {
  const word = subprotocol.replaceAll('.', '\\.');
  return {
    type: 'string',
    pattern: `(^|[ ,])${word}([ ,]|$)`,
    examples: [subprotocol, `${subprotocol}, bearer.<token>`],
  };
}

/** One of the schemes is enough. */
function securityBy(schemes: object): Json {
  const security = Object.keys(schemes).map((name) => ref('components', 'securitySchemes', name));
  return security.length === 0 ? {} : { security };
}

function eventChannel(names: Topology, key: EventKey | ResolvingKey): Json {
  return {
    address: key,
    description: `Published with this routing key, persistent and \`mandatory\`, to \`${names.orders}\`.`,
    servers: [ref('servers', 'rabbitmq')],
    messages: { [key]: ref('components', 'messages', key) },
    bindings: amqp({
      is: 'routingKey',
      exchange: { name: names.orders, type: 'topic', durable: true, autoDelete: false },
    }),
  };
}

function sessionChannel(description: string, messages: Messages, subprotocols: Json, query: TObject): Json {
  return {
    address: '/ws/{sid}',
    description,
    servers: [ref('servers', 'orderbell')],
    parameters: { sid: { description: 'names this session of its shop: 1 to 64 of A-Z a-z 0-9 . _ -' } },
    messages: Object.fromEntries(
      Object.keys(messages).map((name) => [name, ref('components', 'messages', name)]),
    ),
    bindings: {
      ws: {
        method: 'GET',
        query,
        headers: { type: 'object', ...subprotocols },
        bindingVersion: '0.1.0',
      },
    },
  };
}

function operation(action: 'send' | 'receive', channel: string, messages: readonly string[]): Json {
  return {
    action,
    channel: ref('channels', channel),
    messages: messages.map((name) => ref('channels', channel, 'messages', name)),
  };
}

function messagesOf(messages: Messages): Json {
  return Object.fromEntries(
    Object.entries(messages).map(([name, { summary, payload, headers, examples }]) => [
      name,
      { name, summary, payload, ...(headers === undefined ? {} : { headers }), examples },
    ]),
  );
}

function amqp(binding: Json): Json {
  return { amqp: { ...binding, bindingVersion: '0.3.0' } };
}

function ref(...path: string[]): Json {
  return { $ref: `#/${path.join('/')}` };
}
