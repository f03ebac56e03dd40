/** What becomes of a token that let somebody listen: its end, and that nothing of it is seen anywhere. */

import { Writable } from 'node:stream';
import { expect } from 'chai';
import { type DestinationStream, pino } from 'pino';
import { WebSocket } from 'ws';
import { attempt } from '../support/attempt.ts';
import { ask } from '../support/http-client.ts';
import type { Service } from '../support/service.ts';
import { V1 } from '../support/socket-client.ts';
import { createSurroundings, type Surroundings } from '../support/surroundings.ts';
import { makeToken, WITH_SECRET } from '../support/tokens.ts';

describe('the end of a token', () => {
  let around: Surroundings;
  let service: Service;
  before(async () => {
    around = await createSurroundings();
    service = await around.serve({ ...WITH_SECRET, AUTH_CLOCK_SKEW_SECONDS: '0' });
  });
  after(() => around.tearDown());

  it('is told to a v1 client and ends it with 4003; a plain client is only ended', async () => {
    const token = await makeToken({ expiresIn: 3 });
    const endsAt = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).exp * 1000;
    const v1 = await around.open(service, 'v1', { token });
    const plain = await around.open(service, 'plain', { protocol: '', token });
    expect(await v1.next()).to.have.property('kind', 'ready');
    const warning = await v1.nextOf('expiring');
    expect(warning).to.have.all.keys('kind', 'inSeconds');
    expect(warning.inSeconds).to.be.within(0, 3);
    expect(await Promise.all([v1.closed, plain.closed])).to.deep.equal([4003, 4003]);
    expect(Date.now())
      .to.be.at.least(endsAt)
      .and.at.most(endsAt + 4_000);
    expect(plain.frames).to.deep.equal([]);
    expect((await attempt(service.url, { token })).status).to.equal(401);
  });

  it('does not come for who leaves before, or for whose token lasts', async () => {
    const lasting = await around.open(service, 'lasting', {
      token: await makeToken({ expiresIn: 600 }),
    });
    const leaving = await around.open(service, 'leaving', {
      token: await makeToken({ expiresIn: 2 }),
    });
    expect(await leaving.close()).to.equal(1005);
    const last = await around.open(service, 'last', { token: await makeToken({ expiresIn: 2 }) });
    expect(await last.closed).to.equal(4003);
    expect(lasting.socket.readyState).to.equal(WebSocket.OPEN);
    expect(lasting.frames.map(({ kind }) => kind)).to.deep.equal(['ready']);
  });

  it('does not keep the service from stopping', async () => {
    const other = await around.serve({ ...WITH_SECRET });
    const client = await around.open(other, 'till', { token: await makeToken({ expiresIn: 50 }) });
    await client.nextOf('expiring');
    await other.stop();
    expect(await client.closed).to.equal(1012);
  });
});

describe('a token', () => {
  let around: Surroundings;
  before(async () => {
    around = await createSurroundings();
  });
  after(() => around.tearDown());

  it('is never logged, and never repeated in an answer, however it comes and whether it is good', async () => {
    let logged = '';
    const stream: DestinationStream = new Writable({
      write(chunk, _, done) {
        logged += chunk;
        done();
      },
    });
    const logger = pino({ level: 'trace' }, stream);
    const services = [
      await around.serve(WITH_SECRET, { logger }),
      await around.serve({ ...WITH_SECRET, AUTH_QUERY_TOKEN: 'true' }, { logger }),
    ];
    const good = await makeToken({ claims: { scope: 'listen log:read', shop: '*' } });
    const bad = await makeToken({ expiresIn: -60 });
    let answered = '';
    for (const [service, token] of services.flatMap((service) =>
      [good, bad, 'hunter2.hunter2.hunter2'].map((token) => [service, token] as const),
    )) {
      for (const carried of [
        { headers: { authorization: `Bearer ${token}` } },
        { protocols: [V1, `bearer.${token}`] },
        { query: `token=${token}` },
        { query: `token=${token}&since=x` },
        { query: `token=${token}&shop=%00` },
      ]) {
        const { body, headers, protocol } = await attempt(service.url, carried);
        answered += `${body} ${JSON.stringify(headers)} ${protocol}\n`;
      }
      const headers = { authorization: `Bearer ${token}` };
      for (const path of [
        '/shops/corner/notifications',
        `/nowhere?token=${token}`,
        `/ws/till?token=${token}`,
      ]) {
        const answer = await ask(service.url, path, { headers });
        answered += `${answer.text} ${JSON.stringify(answer.headers)}\n`;
      }
    }
    expect(logged).to.contain('a session was opened').and.to.contain('a token was refused');
    for (const token of [good, bad, 'hunter2']) {
      const telling = token.split('.').at(-1) ?? '';
      expect(logged).not.to.contain(telling);
      expect(answered).not.to.contain(telling);
    }
  });
});
