/**
 * All that can be asked over HTTP: the matter of the OpenAPI document. The schemas are those that the handlers check by.
 * In their order the examples are one story on an empty service, and a test lives through it.
 */

import { Type } from 'typebox';
import { Sid } from '../domain/notification.ts';
import { ShopId } from '../domain/order.ts';
import { LOG_OPERATIONS } from './log-operations.ts';
import { type Answer, type Operation, refused, succeeds } from './operation.ts';
import { ORDER_OPERATIONS } from './order-operations.ts';
import { PAYMENT_OPERATIONS } from './payment-operations.ts';
import { POLICY_OPERATIONS } from './policy-operations.ts';
import { PRESENCE_OPERATIONS } from './presence-operations.ts';
import { PUSH_OPERATIONS } from './push-operations.ts';
import { TILL_OPERATIONS } from './till-operations.ts';

const KEPT = { ETag: 'For `If-None-Match`, which is answered with 304 while nothing has changed.' };

export const OPERATIONS: readonly Operation[] = [
  ...ORDER_OPERATIONS,
  ...PAYMENT_OPERATIONS,
  ...LOG_OPERATIONS,
  ...POLICY_OPERATIONS,
  ...PRESENCE_OPERATIONS,
  ...PUSH_OPERATIONS,
  ...TILL_OPERATIONS,
  {
    method: 'get',
    path: '/healthz',
    id: 'isAlive',
    tag: 'health',
    summary: 'Whether the process is up',
    answer: {
      status: 200,
      description: 'It is.',
      data: Type.Object({
        status: Type.Literal('up'),
        version: Type.String({ description: 'Of Orderbell.' }),
      }),
    },
    examples: [succeeds('up', {}, { status: 'up', version: '0.2.0' })],
  },
  {
    method: 'get',
    path: '/readyz',
    id: 'isReady',
    tag: 'health',
    summary: 'Whether requests should be sent here',
    answer: {
      status: 200,
      description: 'Postgres and RabbitMQ are up, and the process is not stopping.',
      data: 'Health',
    },
    refusalData: 'Health',
    examples: [succeeds('ready', {}, { postgres: 'up', rabbitmq: 'up', draining: false })],
  },
  {
    method: 'get',
    path: '/metrics',
    id: 'readMetrics',
    tag: 'health',
    summary: 'What Prometheus scrapes',
    scopes: ['ops'],
    answer: {
      status: 200,
      description: "The process's metrics in Prometheus's text format, version 0.0.4.",
      bare: { 'text/plain': Type.String() },
    },
  },
  {
    method: 'get',
    path: '/',
    id: 'openConsole',
    tag: 'pages',
    summary: "The merchant's console",
    answer: file('The page.', 'text/html'),
    refusals: ['route-not-found'],
  },
  {
    method: 'get',
    path: '/console/{file}',
    id: 'loadConsoleFile',
    tag: 'pages',
    summary: 'What the console is made of',
    params: { file: Type.String() },
    answer: file('The file. The hash in its name changes with it.', 'text/javascript', 'text/css'),
    refusals: ['route-not-found'],
  },
  {
    method: 'get',
    path: '/service-worker.js',
    id: 'loadServiceWorker',
    tag: 'pages',
    summary: "The console's service worker, which keeps the page and shows what Web Push brings",
    answer: file('The script.', 'text/javascript'),
    refusals: ['route-not-found'],
  },
  {
    method: 'get',
    path: '/manifest.webmanifest',
    id: 'loadManifest',
    tag: 'pages',
    summary: 'What a browser installs the console by, for one shop and in one language',
    query: Type.Object({
      shop: Type.Optional(ShopId),
      lang: Type.Optional(Type.String({ description: '`zh`, else English' })),
    }),
    answer: file('The manifest.', 'application/manifest+json'),
    refusals: ['route-not-found'],
  },
  {
    method: 'get',
    path: '/client.js',
    id: 'loadClient',
    tag: 'pages',
    summary: 'The browser client, as a module',
    answer: file('The module.', 'text/javascript'),
    refusals: ['route-not-found'],
  },
  {
    method: 'get',
    path: '/reconnect.js',
    id: 'loadReconnect',
    tag: 'pages',
    summary: 'The script that has old front ends reconnect and catch up',
    answer: file('The script.', 'text/javascript'),
    refusals: ['route-not-found'],
  },
  {
    method: 'get',
    path: '/openapi.json',
    id: 'readOpenApi',
    tag: 'contracts',
    summary: 'This document',
    answer: contractNamed('openapi'),
  },
  {
    method: 'get',
    path: '/asyncapi.json',
    id: 'readAsyncApi',
    tag: 'contracts',
    summary: 'What travels over RabbitMQ and WebSocket',
    answer: contractNamed('asyncapi'),
  },
  {
    method: 'get',
    path: '/ws/{sid}',
    id: 'openSession',
    tag: 'sessions',
    summary: 'Opens a session: the frames are in the AsyncAPI document',
    scopes: ['listen'],
    params: { sid: Sid },
    query: 'join',
    answer: { status: 101, description: 'The connection speaks WebSocket from here on.' },
    // An origin that may not listen is forbidden, whatever token it has.
    refusals: ['upgrade-required', { reason: 'invalid', status: 400 }, 'forbidden', 'sid-taken'],
    examples: [
      refused('no-upgrade', { params: { sid: 'till-1' } }, 'upgrade-required', 'this path speaks WebSocket'),
    ],
  },
];

function contractNamed(kind: 'openapi' | 'asyncapi'): Answer {
  const schema = Type.Object({ [kind]: Type.String() }, { additionalProperties: true });
  return { status: 200, description: 'The document.', bare: { 'application/json': schema }, headers: KEPT };
}

function file(description: string, ...types: string[]): Answer {
  const bare = Object.fromEntries(types.map((type) => [type, Type.String()]));
  return { status: 200, description, bare, headers: KEPT };
}
