/** What a page of strangers tries from within a browser, on a service that asks for no token. */

import { expect } from 'chai';
import { attempt } from '../support/attempt.ts';
import { ask, post } from '../support/http-client.ts';
import { createSurroundings, type Surroundings } from '../support/surroundings.ts';
import { WITH_SECRET } from '../support/tokens.ts';

describe('a page of another origin', () => {
  let around: Surroundings;
  before(async () => {
    around = await createSurroundings();
  });
  after(() => around.tearDown());
  const LOG = '/shops/default/notifications';
  const by = (host: string) => ({ headers: { host } });

  it('whose name was made to point here reads no log, makes no order and gets no socket', async () => {
    const { url } = await around.serve();
    for (const host of [
      'evil.example',
      'evil.example:8080',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
    ]) {
      const answers = [
        await ask(url, LOG, by(host)),
        await post(url, '/orders', { amount: 1 }, by(host)),
        await ask(url, '/nowhere', by(host)),
      ];
      for (const { status, body } of answers)
        expect([status, body.reason]).to.deep.equal([421, 'misdirected']);
      const socket = await attempt(url, by(host));
      expect([socket.status, JSON.parse(socket.body).reason]).to.deep.equal([421, 'misdirected']);
    }
  });

  it('is told apart from this machine, probes by address and containers, which are served', async () => {
    const { url } = await around.serve();
    for (const host of [
      'localhost:8080',
      '127.0.0.1',
      '10.1.2.3:8080',
      '[::1]:8080',
      'orderbell',
      'gateway-1:8080',
    ]) {
      for (const path of ['/healthz', LOG])
        expect((await ask(url, path, by(host))).status, host).to.equal(200);
      expect((await attempt(url, by(host))).status, host).to.equal(101);
    }
  });

  it('does not have the name of the service, where that is configured', async () => {
    const { url } = await around.serve({ HTTP_ALLOWED_HOSTS: 'bell.example,*.shop.example' });
    for (const host of ['bell.example', 'a.shop.example:443', '127.0.0.1']) {
      expect((await ask(url, LOG, by(host))).status, host).to.equal(200);
    }
    expect((await ask(url, LOG, by('evil.example'))).status).to.equal(421);
  });

  it('may have any name where everybody needs a token, unless names are configured', async () => {
    const open = await around.serve(WITH_SECRET);
    expect((await ask(open.url, '/healthz', by('any.example'))).status).to.equal(200);
    const named = await around.serve({ ...WITH_SECRET, HTTP_ALLOWED_HOSTS: 'bell.example' });
    expect((await ask(named.url, '/healthz', by('any.example'))).status).to.equal(421);
  });

  it('that is not among the allowed uses no route, as it gets no socket', async () => {
    const { url } = await around.serve({ GATEWAY_ALLOWED_ORIGINS: 'https://shop.example' });
    const from = (origin: string) => ({ headers: { origin } });
    for (const origin of ['https://evil.example', 'null', 'http://shop.example']) {
      const answers = [
        await ask(url, LOG, from(origin)),
        await post(url, '/orders', { amount: 1 }, from(origin)),
      ];
      for (const { status, body } of answers) expect([status, body.reason]).to.deep.equal([403, 'forbidden']);
    }
    expect((await post(url, '/orders', { amount: 1 }, from('https://shop.example'))).status).to.equal(201);
    expect((await post(url, '/orders', { amount: 1 })).status, 'no page').to.equal(201);
  });
});
