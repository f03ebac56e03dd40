/** What can be asked of a shop's log over HTTP. */

import { ShopId } from '../domain/order.ts';
import { LogQuery, RangeQuery, SearchQuery } from '../http/log-routes.ts';
import { type Operation, refused, succeeds } from './operation.ts';

export const LOG_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/shops/{shop}/notifications',
    id: 'readLog',
    tag: 'log',
    summary: "Reads a shop's log, page by page",
    description:
      'A shop never heard of has an empty log. `next` is the `since` of the next page. With `from` or `to` only what was logged then ' +
      'is read, and each notification says when that was: for a day, ask from its midnight to the next one in the time zone of ' +
      'who asks. The log is in this order, so that a day is found without reading what lies before it.',
    scopes: ['log:read'],
    params: { shop: ShopId },
    query: LogQuery,
    answer: { status: 200, description: 'What follows `since`.', data: 'ShopLog' },
    examples: [
      succeeds(
        'first',
        { params: { shop: 'default' }, query: { limit: 1 } },
        {
          shop: 'default',
          epoch: '8f7e5a52-9d0c-4c1b-8a41-2f6f0d6b7c19.51d0c2aa',
          head: 2,
          oldest: 1,
          receipts: 0,
          open: 1,
          now: '2025-03-06T09:14:36.104Z',
          notifications: [
            {
              seq: 1,
              eventId: '01956b1e-24b1-7a60-9d3c-6f0c8b1f2a10',
              type: 1,
              orderId: 1024,
              content: '订单号： 2025030617143500001',
              occurredAt: '2025-03-06T09:14:35.000Z',
            },
          ],
          next: 1,
        },
      ),
      succeeds(
        'nobody-rang',
        { params: { shop: 'hill' } },
        {
          ...{ shop: 'hill', epoch: 'none', head: 0, oldest: 1, receipts: 0, open: 1 },
          ...{ now: '2025-03-06T09:14:36.104Z', notifications: [], next: null },
        },
      ),
    ],
  },
  {
    method: 'get',
    path: '/shops/{shop}/notifications/summary',
    id: 'summariseLog',
    tag: 'log',
    summary: "Sums up a stretch of a shop's log",
    description:
      'How many notifications of each type were logged from `from` on and before `to`, what became of them, and how soon they were ' +
      'acknowledged. Both ends of that time are of one clock, of the database.',
    scopes: ['log:read'],
    params: { shop: ShopId },
    query: RangeQuery,
    answer: { status: 200, description: 'What is so now.', data: 'LogSummary' },
    examples: [
      succeeds(
        'one-order',
        { params: { shop: 'default' }, query: { to: '2999-12-31T00:00:00Z' } },
        {
          ...{ shop: 'default', now: '2025-03-06T09:14:36.104Z' },
          epoch: '8f7e5a52-9d0c-4c1b-8a41-2f6f0d6b7c19.51d0c2aa',
          ...{ keptFrom: '2025-03-06T09:14:35.020Z', isWhole: true },
          kinds: [
            {
              ...{ type: 1, logged: 1, acknowledged: 0, resolved: 0, expired: 0, open: 1, escalated: 0 },
              ...{ medianSeconds: null, slowest: null },
            },
            {
              ...{ type: 2, logged: 1, acknowledged: 0, resolved: 0, expired: 0, open: 1, escalated: 0 },
              ...{ medianSeconds: null, slowest: null },
            },
          ],
        },
      ),
      refused(
        'backwards',
        { params: { shop: 'default' }, query: { from: '2025-03-07T00:00:00Z', to: '2025-03-06T00:00:00Z' } },
        'invalid',
        'to: must be later than from',
      ),
    ],
  },
  {
    method: 'get',
    path: '/shops/{shop}/notifications/search',
    id: 'searchLog',
    tag: 'log',
    summary: "Searches a shop's log by a number",
    description:
      "Newest first: what has the number in its content or in its order's id, and what else there is of those orders nearby. One search " +
      'looks at a bounded stretch of the log: also where it finds nothing, `next` is where to go on.',
    scopes: ['log:read'],
    params: { shop: ShopId },
    query: SearchQuery,
    answer: { status: 200, description: 'What was found.', data: 'LogSearchPage' },
    examples: [
      succeeds(
        'none',
        { params: { shop: 'default' }, query: { number: '777777' } },
        {
          ...{ shop: 'default', now: '2025-03-06T09:14:36.104Z' },
          epoch: '8f7e5a52-9d0c-4c1b-8a41-2f6f0d6b7c19.51d0c2aa',
          ...{ notifications: [], next: null, searchedTo: '2025-03-06T09:14:35.020Z' },
        },
      ),
    ],
  },
];
