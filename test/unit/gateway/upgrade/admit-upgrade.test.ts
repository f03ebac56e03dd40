/** What is decided before an upgrade; the tokens are names of grants. */

import { expect } from 'chai';
import type { Authenticate, Grant } from '../../../../src/domain/access.ts';
import { demandsOf } from '../../../../src/gateway/upgrade/admit-upgrade.ts';
import { createAuthorise } from '../../../../src/server/authorise.ts';
import { requestWith } from '../../../support/fake-request.ts';
import { silent } from '../../../support/feed.ts';
import { anyClients, unlimited } from '../../../support/unlimited.ts';

const grant: Grant = { subject: 's', shops: ['corner'], scopes: ['listen'], expiresAt: 1 };
const grants: Record<string, Grant> = {
  one: grant,
  two: { ...grant, shops: ['corner', 'hill'] },
  all: { ...grant, shops: '*' },
  deaf: { ...grant, scopes: ['orders:write', 'log:read', 'ops'] },
};

const authenticate: Authenticate = async (token = 'none') => {
  const found = grants[token];
  if (found !== undefined) return { ok: true, grant: found };
  return {
    ok: false,
    reason: token === 'away' ? 'unavailable' : 'unauthenticated',
    message: `no ${token.length}`,
  };
};

let lookups = 0;
const authorise = createAuthorise({
  clients: anyClients,
  check: () => undefined,
  addressRequests: unlimited,
  tokenRequests: unlimited,
  authenticate(token) {
    lookups++;
    return authenticate(token);
  },
  queryToken: true,
  logger: silent,
  now: () => 0,
});

interface Asked {
  sid?: string;
  query?: string;
  protocols?: string;
  authorization?: string;
}

function enter({ sid = 'till', query = '', protocols = '', authorization = '' }: Asked) {
  const { connection, headers } = requestWith({ authorization, 'sec-websocket-protocol': protocols });
  return authorise(connection, headers, demandsOf({ sid, query, protocols }));
}

describe('an upgrade', () => {
  for (const [query, shopId] of [
    ['token=one', 'corner'],
    ['token=one&shop=corner', 'corner'],
    ['token=two&shop=hill', 'hill'],
    ['token=all', 'default'],
    ['token=all&shop=any', 'any'],
  ]) {
    it(`with ${query} is to ${shopId}`, async () => {
      expect(await enter({ query: query ?? '' })).to.deep.equal({
        ok: true,
        address: '192.0.2.1',
        target: { shopId, sid: 'till', protocol: 'plain' },
        grant: grants[query?.split(/[=&]/)[1] ?? ''],
      });
    });
  }

  for (const asked of [
    { authorization: 'Bearer one' },
    { protocols: 'orderbell.v1, bearer.one' },
    { query: 'token=one' },
    { authorization: 'Bearer one', protocols: 'bearer.one', query: 'token=one' },
  ]) {
    it(`takes the token from ${JSON.stringify(asked)}`, async () => {
      expect(await enter(asked)).to.have.property('grant', grant);
    });
  }

  for (const [what, asked, refused, message] of [
    ['without a token', {}, 'unauthenticated', 'no 4'],
    ['with a wrong token', { query: 'token=hunter2' }, 'unauthenticated', 'no 7'],
    ['while the keys are away', { query: 'token=away' }, 'unavailable', 'no 4'],
    ['without the scope', { query: 'token=deaf' }, 'forbidden', 'the token lacks the scope listen'],
    ['to another shop', { query: 'token=one&shop=hill' }, 'forbidden', 'the token is not for this shop'],
    [
      'to one of several shops that is not named',
      { query: 'token=two' },
      'forbidden',
      'the token is for other shops: name one of them',
    ],
    [
      'with two tokens',
      { authorization: 'Bearer one', query: 'token=all' },
      'invalid',
      'more than one token: send one',
    ],
  ] as const) {
    it(`is refused ${what}`, async () => {
      expect(await enter(asked)).to.include({ ok: false, reason: refused, message });
    });
  }

  it('is refused where it is malformed, without a look into its token', async () => {
    lookups = 0;
    expect(await enter({ sid: 'a b', query: 'token=one' })).to.include({ ok: false, reason: 'invalid' });
    expect(lookups).to.equal(0);
  });
});
