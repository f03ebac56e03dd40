/** Pairing tills, as it can be asked for over HTTP. The examples are of a service that asks for no tokens. */

import { ShopId } from '../domain/order.ts';
import { TillId } from '../domain/till.ts';
import { type Operation, refused } from './operation.ts';

const shop = { shop: 'harbour' };
const till = { id: '00000000-0000-4000-8000-000000000000' };

const WITHOUT_TOKENS = 'tills cannot be paired: no caller needs a token (AUTH_MODE=none)';

export const TILL_OPERATIONS: readonly Operation[] = [
  {
    method: 'post',
    path: '/pairings',
    id: 'makePairing',
    tag: 'tills',
    summary: 'Makes a code by which one till pairs itself',
    description:
      'Six digits, good for ten minutes (`pairing.codeMinutes`) and one use. It ends early after 20 wrong tries by any caller ' +
      '(`pairing.triesPerCode`). With `page`, or `pairing.pageUrl`, the answer has a link that pairs at once, also as a QR code.',
    scopes: ['ops'],
    body: 'PairingRequest',
    answer: { status: 201, description: 'The code.', data: 'NewPairing' },
    refusals: ['route-not-found'],
    examples: [
      refused('code', { body: { shopId: 'harbour', name: 'bar' } }, 'route-not-found', WITHOUT_TOKENS),
    ],
  },
  {
    method: 'post',
    path: '/pairings/redeem',
    id: 'redeemPairing',
    tag: 'tills',
    summary: "Pairs a till: uses a code for the till's own token",
    description:
      'Needs no token: the code stands for it. Of several that use one code at once exactly one gets the token. The token ' +
      'may listen and read the log of the one shop; the till renews it before it ends.',
    body: 'RedeemRequest',
    answer: { status: 201, description: 'The till is paired.', data: 'TillToken' },
    refusals: ['route-not-found', 'code-unknown', 'code-ended', 'too-many-requests'],
    examples: [refused('used', { body: { code: '482913', name: 'bar' } }, 'route-not-found', WITHOUT_TOKENS)],
  },
  {
    method: 'post',
    path: '/tills/{id}/token',
    id: 'renewTillToken',
    tag: 'tills',
    summary: "Renews a till's token, by its present one",
    description: 'The present token stays good until its own end. A till that was removed gets no token.',
    scopes: ['listen'],
    params: { id: TillId },
    answer: { status: 200, description: 'The next token.', data: 'TillToken' },
    refusals: ['route-not-found', 'till-removed'],
    examples: [refused('renewed', { params: till }, 'route-not-found', WITHOUT_TOKENS)],
  },
  {
    method: 'get',
    path: '/shops/{shop}/tills',
    id: 'listTills',
    tag: 'tills',
    summary: 'Lists the paired tills of a shop, the newest first',
    description: 'Those that were not removed and whose token has not ended; the newest 1000.',
    scopes: ['ops'],
    params: { shop: ShopId },
    answer: { status: 200, description: 'The tills.', data: 'TillList' },
    refusals: ['route-not-found'],
    examples: [refused('listed', { params: shop }, 'route-not-found', WITHOUT_TOKENS)],
  },
  {
    method: 'delete',
    path: '/tills/{id}',
    id: 'removeTill',
    tag: 'tills',
    summary: 'Removes a paired till: its tokens end',
    description:
      'At this process at once, at all others within a few seconds: its sockets are closed with 4003, its requests refused with ' +
      '`till-removed`, and its subscriptions to Web Push end.',
    scopes: ['ops'],
    params: { id: TillId },
    answer: { status: 200, description: 'The till that was removed.', data: 'PairedTill' },
    refusals: ['route-not-found', 'till-not-found'],
    examples: [refused('removed', { params: till }, 'route-not-found', WITHOUT_TOKENS)],
  },
];
