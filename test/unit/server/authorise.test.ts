/** The order in which a request is checked, and what each refusal says; the tokens are names of grants. */

import { expect } from 'chai';
import type { Authenticate, Grant } from '../../../src/domain/access.ts';
import { type AuthoriseOptions, createAuthorise, type Demands } from '../../../src/server/authorise.ts';
import { createRateLimit } from '../../../src/server/rate-limit.ts';
import { refuseAccess } from '../../../src/server/refusal.ts';
import type { RequestKind } from '../../../src/server/request-check.ts';
import { requestWith } from '../../support/fake-request.ts';
import { silent } from '../../support/feed.ts';
import { anyClients, unlimited } from '../../support/unlimited.ts';

const grants: Record<string, Grant> = {
  till: { subject: 'till', token: 'till', shops: ['corner'], scopes: ['listen'] },
  other: { subject: 'till', token: 'other', shops: ['corner'], scopes: ['listen'] },
  bare: { subject: 'bare', token: 'bare', shops: ['corner'], scopes: [] },
};

const authenticate: Authenticate = (token) => {
  const grant = grants[token ?? ''];
  if (grant !== undefined) return { ok: true, grant };
  if (token === 'away') return { ok: false, reason: 'unavailable', message: 'the keys are away' };
  return { ok: false, reason: 'unauthenticated', message: 'the token is not valid' };
};

const perMinute = (count: number) => createRateLimit({ count, seconds: 60 });
const ALL = { ok: true, target: 'all' } as const;

function way(options: Partial<AuthoriseOptions> = {}) {
  const authorise = createAuthorise({
    clients: anyClients,
    check: () => undefined,
    addressRequests: unlimited,
    tokenRequests: unlimited,
    authenticate,
    queryToken: true,
    logger: silent,
    now: () => 0,
    ...options,
  });
  return (token: string, demands: Partial<Demands<string>> = {}) => {
    const { connection, headers } = requestWith({ authorization: token === '' ? '' : `Bearer ${token}` });
    const usual = { query: new URLSearchParams(), scopes: ['listen'], target: () => ALL } as const;
    return authorise(connection, headers, { kind: 'request', ...usual, ...demands });
  };
}

describe('the way in', () => {
  it('ends with the address, the grant and what the grant is for', async () => {
    const passed = { ok: true, address: '192.0.2.1', grant: grants.till, target: 'all' };
    expect(await way()('till')).to.deep.equal(passed);
  });

  it('asks for no token and grants nothing where no scope is asked for', async () => {
    const passed = await way()('wrong', { scopes: [] });
    expect(passed).to.have.nested.property('grant.scopes').that.deep.equals([]);
  });

  it('checks the address first, then the request, what it asks for, the token, its scope, its shop and its rate', async () => {
    const wrong = {
      malformed: 'no such thing',
      target: () => ({ ok: false, message: 'not this shop' }) as const,
    };
    const check = () => refuseAccess('misdirected', 'another host');
    const used = perMinute(1);
    await used.take('192.0.2.1');
    await used.take('till');
    const limits = { addressRequests: used, tokenRequests: used };
    const asking = async (
      options: Partial<AuthoriseOptions>,
      token: string,
      demands: Partial<Demands<string>>,
    ) => {
      const refused = await way(options)(token, demands);
      return refused.ok ? 'passed' : refused.message;
    };
    const tokenRequests = used;
    expect([
      await asking({ ...limits, check }, 'wrong', wrong),
      await asking({ tokenRequests, check }, 'wrong', wrong),
      await asking({ tokenRequests }, 'wrong', wrong),
      await asking({ tokenRequests }, 'wrong', { target: wrong.target }),
      await asking({ tokenRequests }, 'bare', { target: wrong.target }),
      await asking({ tokenRequests }, 'till', { target: wrong.target }),
      await asking({ tokenRequests }, 'till', {}),
      await asking({ tokenRequests }, 'other', {}),
    ]).to.deep.equal([
      'too many requests from one address',
      'another host',
      'no such thing',
      'the token is not valid',
      'the token lacks the scope listen',
      'not this shop',
      'too many requests with one token',
      'passed',
    ]);
  });

  it('limits an address, and each token of a subject', async () => {
    const byAddress = way({ addressRequests: perMinute(2) });
    expect(await byAddress('')).to.have.property('reason', 'unauthenticated');
    expect(await byAddress('till')).to.have.property('ok', true);
    expect(await byAddress('till')).to.include({ reason: 'too-many-requests', retryAfterSeconds: 60 });
    const byToken = way({ tokenRequests: perMinute(1) });
    expect(await byToken('till')).to.have.property('ok', true);
    expect(await byToken('till')).to.include({ reason: 'too-many-requests', retryAfterSeconds: 60 });
    expect(await byToken('other')).to.have.property('ok', true);
    for (let times = 0; times < 3; times++) {
      expect(await byToken('', { scopes: [] })).to.have.property('ok', true);
    }
  });

  it('ends the connection of a request whose end is unclear, in a later turn and also where it came too fast', async () => {
    const check = () => refuseAccess('invalid', 'there may be one Host', { endsConnection: true });
    let turns = 0;
    setImmediate(() => turns++);
    expect(await way({ check })('till')).to.include({ reason: 'invalid', endsConnection: true });
    expect(turns).to.equal(1);
    const used = perMinute(1);
    await used.take('192.0.2.1');
    const tooFast = { reason: 'too-many-requests', endsConnection: true };
    expect(await way({ check, addressRequests: used })('till')).to.include(tooFast);
  });

  it('takes a token from the query of an upgrade, where that is allowed, and of no other request', async () => {
    const query = new URLSearchParams('token=till');
    const from = async (kind: RequestKind, queryToken: boolean) =>
      (await way({ queryToken })('', { kind, query })).ok;
    expect(
      await Promise.all([from('upgrade', true), from('upgrade', false), from('request', true)]),
    ).to.deep.equal([true, false, false]);
  });

  const challenges: [RequestKind, string, string, string | undefined][] = [
    ['request', '', 'unauthenticated', 'Bearer'],
    ['request', 'wrong', 'unauthenticated', 'Bearer error="invalid_token"'],
    ['request', 'bare', 'forbidden', 'Bearer error="insufficient_scope", scope="listen"'],
    ['upgrade', 'wrong', 'unauthenticated', 'Bearer'],
    ['upgrade', 'bare', 'forbidden', undefined],
  ];
  for (const [kind, token, reason, challenge] of challenges) {
    it(`refuses with ${challenge ?? 'no challenge'} a ${kind} with ${token || 'no token'}`, async () => {
      const refused = await way()(token, { kind });
      expect(refused).to.have.property('reason', reason);
      expect(refused.ok ? undefined : refused.challenge).to.equal(challenge);
    });
  }

  it('says when to come again while the keys are away', async () => {
    expect(await way()('away')).to.include({ reason: 'unavailable', retryAfterSeconds: 2 });
  });
});
