/** Who hears in a shop, as it can be asked for over HTTP. */

import { ShopId } from '../domain/order.ts';
import { DeafShopQuery } from '../http/presence-routes.ts';
import { type Operation, succeeds } from './operation.ts';

export const PRESENCE_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/shops/{shop}/presence',
    id: 'readPresence',
    tag: 'escalation',
    summary: 'Reads whether a session of the shop can sound',
    description:
      'As gateways have written it: a second late as a rule, and up to 15 s where a gateway was killed. A shop never heard ' +
      'of is silent.',
    scopes: ['log:read'],
    params: { shop: ShopId },
    answer: { status: 200, description: 'What is known by now.', data: 'ShopPresence' },
    examples: [
      succeeds(
        'nobody-listens',
        { params: { shop: 'hill' } },
        { shop: 'hill', presence: 'silent', since: null, deafSince: null, gateways: 0 },
      ),
    ],
  },
  {
    method: 'get',
    path: '/shops',
    id: 'listDeafShops',
    tag: 'escalation',
    summary: 'Lists the shops that are reported deaf',
    description: 'In the order of their ids. A token that is limited to shops lists only its own.',
    scopes: ['ops'],
    query: DeafShopQuery,
    answer: { status: 200, description: 'What follows `after`.', data: 'DeafShopPage' },
    examples: [succeeds('none', { query: { presence: 'deaf' } }, { shops: [], next: null })],
  },
];
