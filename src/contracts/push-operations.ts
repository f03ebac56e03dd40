/** Web Push of a shop's tills, as it can be asked for over HTTP. */

import { ShopId } from '../domain/order.ts';
import { SubscriptionId } from '../domain/push-subscription.ts';
import { type Operation, refused, succeeds } from './operation.ts';

/** For examples. */
export const EXAMPLE_ORDER_URL = 'https://pos.example/#/order?id={orderId}';
export const EXAMPLE_VAPID_KEY =
  'BDMqaMhvb2TvZvAlWhkA2nL-doOjxiJMB3EwHh68fvDBMe_pDkCOgp0SPIuqjX-AQgz8MD2CiCUxy9j6cN7yyKk';

const shop = { shop: 'harbour' };

const subscription = {
  endpoint: 'https://push.example/c4f1a0',
  expirationTime: null,
  keys: {
    p256dh: 'BMIOjjXfqe95kp1avTUbI1ASFDpsx8yGXVNhGP_YDOoilaYkBBuwZxxyp7pUlDbEsZCJjJJGHC5aKtg02mRFw48',
    auth: '3f1qA6RvbOLJAiO3C982NQ',
  },
  language: 'zh',
};

export const PUSH_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/console.json',
    id: 'readConsoleSettings',
    tag: 'pages',
    summary: 'What the console needs to know of the service',
    answer: {
      status: 200,
      description:
        'The public key, if there is Web Push; where an order is shown; and whether tills can be paired.',
      data: 'ConsoleSettings',
    },
    examples: [
      succeeds(
        'settings',
        {},
        {
          vapidPublicKey: EXAMPLE_VAPID_KEY,
          orderUrl: EXAMPLE_ORDER_URL,
          pairing: false,
        },
      ),
    ],
  },
  {
    method: 'post',
    path: '/shops/{shop}/push-subscriptions',
    id: 'subscribeToPush',
    tag: 'escalation',
    summary: 'Has a browser get Web Push when a step of an escalation has a target of that kind',
    description:
      'The body is what `PushSubscription.toJSON()` gives. The same endpoint once more renews it, under the same id; one that was ' +
      'not renewed for 90 days is forgotten.',
    scopes: ['listen'],
    params: { shop: ShopId },
    body: 'PushRequest',
    answer: { status: 201, description: 'It is kept.', data: 'SubscribedPush' },
    refusals: ['route-not-found', 'too-many-subscriptions'],
    examples: [
      succeeds(
        'browser',
        { params: shop, body: subscription },
        { id: '5b0f3a4e-6f0f-4b58-8f51-3a8f6a1d2c77' },
        201,
      ),
      refused(
        'plain-http',
        { params: shop, body: { ...subscription, endpoint: 'http://push.example/c4f1a0' } },
        'invalid',
        'endpoint: must be an https:// URL',
      ),
    ],
  },
  {
    method: 'delete',
    path: '/shops/{shop}/push-subscriptions/{id}',
    id: 'unsubscribeFromPush',
    tag: 'escalation',
    summary: 'Ends a subscription to Web Push',
    scopes: ['listen'],
    params: { shop: ShopId, id: SubscriptionId },
    answer: { status: 200, description: 'It is forgotten.', data: 'SubscribedPush' },
    refusals: ['subscription-not-found'],
    examples: [
      refused(
        'unknown',
        { params: { ...shop, id: '00000000-0000-4000-8000-000000000000' } },
        'subscription-not-found',
        'there is no such subscription',
      ),
    ],
  },
];
