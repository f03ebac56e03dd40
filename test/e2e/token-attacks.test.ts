/** What somebody tries with a token that is genuine, and is not meant for that. */

import { expect } from 'chai';
import { attempt } from '../support/attempt.ts';
import { eventually } from '../support/eventually.ts';
import { ask } from '../support/http-client.ts';
import type { Service } from '../support/service.ts';
import { V1 } from '../support/socket-client.ts';
import { createSurroundings, type Surroundings } from '../support/surroundings.ts';
import { makeToken, SECRET, type TokenOptions } from '../support/tokens.ts';

describe('a genuine token', () => {
  let around: Surroundings;
  let service: Service;
  const env = { AUTH_MODE: 'jwt', AUTH_SECRET: SECRET };
  before(async () => {
    around = await createSurroundings();
    service = await around.serve(env);
  });
  after(() => around.tearDown());

  /** The statuses with which a request for the log of `hill` and a socket to it are answered. */
  async function answersTo({ url }: Service, options: TokenOptions): Promise<number[]> {
    const token = await makeToken({ ...options, claims: { scope: 'listen log:read', ...options.claims } });
    const headers = { authorization: `Bearer ${token}` };
    const page = await ask(url, '/shops/hill/notifications', { headers });
    const socket = await attempt(url, { query: 'shop=hill', protocols: [V1, `bearer.${token}`] });
    return [page.status, socket.status];
  }

  it('for a list that holds the text "corner *" does not open all shops', async () => {
    expect(await answersTo(service, { claims: { shop: ['corner *'] } })).to.deep.equal([401, 401]);
    expect(await answersTo(service, { claims: { shop: ['corner hill'] } })).to.deep.equal([401, 401]);
    expect(await answersTo(service, { claims: { shop: 'corner hill' } })).to.deep.equal([200, 101]);
  });

  it('with a list that holds the text "a listen log:read" as a scope allows nothing', async () => {
    const claims = { shop: 'hill', scope: ['a listen log:read'] };
    expect(await answersTo(service, { claims })).to.deep.equal([401, 401]);
  });

  it('that ends later than is allowed is refused until its end is near', async () => {
    const claims = { shop: 'hill' };
    expect(await answersTo(service, { claims, expiresIn: 10 * 365 * 86_400 })).to.deep.equal([401, 401]);
    expect(await answersTo(service, { claims, expiresIn: 89 * 86_400 })).to.deep.equal([200, 101]);
    const strict = await around.serve({ ...env, AUTH_MAX_TOKEN_DAYS: '1' });
    expect(await answersTo(strict, { claims, expiresIn: 2 * 86_400 })).to.deep.equal([401, 401]);
  });

  for (const typ of ['logout+jwt', 'secevent+jwt', 'dpop+jwt', 'application/secevent+jwt']) {
    it(`of the type ${typ}, which was made for something else, opens nothing`, async () => {
      const claims = { shop: 'hill' };
      expect(await answersTo(service, { claims, header: { typ } })).to.deep.equal([401, 401]);
      expect(await answersTo(service, { claims, header: { typ: 'at+jwt' } })).to.deep.equal([200, 101]);
    });
  }

  it('above its rate keeps no other token of its subject from being served, on neither side', async () => {
    const strict = await around.serve({ ...env, LIMITS_TOKEN_REQUESTS_PER_SECOND: '3' });
    const make = (jti: string) => makeToken({ claims: { scope: 'listen log:read', shop: '*', jti } });
    const [flooding, other] = await Promise.all([make('1'), make('2')]);
    const get = async (token: string) =>
      (await ask(strict.url, '/shops/hill/notifications', { headers: { authorization: `Bearer ${token}` } }))
        .status;
    const upgrade = async (token: string) =>
      (await attempt(strict.url, { protocols: [V1, `bearer.${token}`] })).status;
    // Tried again where the seconds turn within.
    await eventually(async () => {
      const statuses = await Promise.all(Array.from({ length: 20 }, () => get(flooding)));
      expect(statuses).to.include(429);
      expect(await Promise.all([upgrade(flooding), upgrade(other), get(other)])).to.deep.equal([
        429, 101, 200,
      ]);
    });
  });
});
