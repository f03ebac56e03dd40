/** A token in the address, which ends up in logs and histories: taken by a socket where that is configured, else refused. */

import { expect } from 'chai';
import { type Attempt, attempt } from '../support/attempt.ts';
import { ask } from '../support/http-client.ts';
import type { Service } from '../support/service.ts';
import { V1 } from '../support/socket-client.ts';
import { createSurroundings, type Surroundings } from '../support/surroundings.ts';
import { makeToken, WITH_SECRET } from '../support/tokens.ts';

const ON = { AUTH_QUERY_TOKEN: 'true' };
const REFUSED = [
  400,
  'invalid',
  'a token in the address is refused: send it in the header Authorization, or to a socket as the subprotocol bearer.<token>',
];

describe('a token in the query', () => {
  let around: Surroundings;
  let good: string;
  before(async () => {
    around = await createSurroundings();
    good = await makeToken({ claims: { scope: 'listen log:read' } });
  });
  after(() => around.tearDown());

  async function refusalOf(service: Service, trial: Attempt): Promise<unknown[]> {
    const { status, body } = await attempt(service.url, trial);
    if (status === 101) return [status];
    const { reason, msg } = JSON.parse(body);
    return [status, reason, msg];
  }

  it('is refused by default, good or bad, also beside the same one elsewhere', async () => {
    const service = await around.serve(WITH_SECRET);
    for (const token of [good, 'garbage', '']) {
      expect(await refusalOf(service, { query: `token=${token}` }), token).to.deep.equal(REFUSED);
    }
    const query = `shop=corner&token=${good}`;
    const headers = { authorization: `Bearer ${good}` };
    expect(await refusalOf(service, { query, headers })).to.deep.equal(REFUSED);
    expect(await refusalOf(service, { query, protocols: [V1, `bearer.${good}`] })).to.deep.equal(REFUSED);
    expect(await refusalOf(service, { headers }), 'without it').to.deep.equal([101]);
  });

  it('is refused by default where no token is needed, so that it shows before one is', async () => {
    const service = await around.serve();
    expect(await refusalOf(service, { query: `token=${good}` })).to.deep.equal(REFUSED);
  });

  it('opens a session where it is on, alone and beside the same one', async () => {
    const service = await around.serve({ ...WITH_SECRET, ...ON });
    const query = `token=${good}`;
    for (const trial of [
      { query },
      { query, protocols: [V1, `bearer.${good}`], headers: { authorization: `Bearer ${good}` } },
    ]) {
      expect((await attempt(service.url, trial)).ready?.shop).to.equal('corner');
    }
  });

  for (const [what, query, status, msg] of [
    ['that is not valid', () => 'token=garbage', 401, 'the token is not valid'],
    ['that is empty', () => 'token=', 401, 'the token is not valid'],
    ['beside another', () => `token=${good}&token=x`, 400, 'more than one token: send one'],
  ] as const) {
    it(`is refused where it is on: one ${what}`, async () => {
      const service = await around.serve({ ...WITH_SECRET, ...ON });
      const [refusedWith, , because] = await refusalOf(service, { query: query() });
      expect([refusedWith, because]).to.deep.equal([status, msg]);
    });
  }

  it('is refused over HTTP, on or off, also beside the same one in the header', async () => {
    for (const env of [WITH_SECRET, { ...WITH_SECRET, ...ON }]) {
      const service = await around.serve(env);
      for (const headers of [{}, { authorization: `Bearer ${good}` }]) {
        const path = `/shops/corner/notifications?token=${good}`;
        const { status, body } = await ask(service.url, path, { headers });
        expect([status, body.reason, body.msg]).to.deep.equal(REFUSED);
      }
    }
  });

  it('is in the contracts only where it is on', async () => {
    for (const [env, isThere] of [
      [WITH_SECRET, false],
      [{ ...WITH_SECRET, ...ON }, true],
      [ON, false],
    ] as const) {
      const service = await around.serve(env);
      const { body: frames } = await ask(service.url, '/asyncapi.json');
      const { body: http } = await ask(service.url, '/openapi.json');
      const parameters: { name: string }[] = http.paths['/ws/{sid}'].get.parameters;
      const places = [
        'query' in (frames.components.securitySchemes ?? {}),
        'token' in frames.channels.session.bindings.ws.query.properties,
        'token' in frames.channels.plainSession.bindings.ws.query.properties,
        parameters.some(({ name }) => name === 'token'),
      ];
      expect(places, JSON.stringify(env)).to.deep.equal([isThere, isThere, isThere, isThere]);
    }
  });
});
