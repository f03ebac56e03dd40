/** Postgres goes away behind a running service: its link is cut, or swallows all that is sent. */

import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { ask, post } from '../support/http-client.ts';
import { createSurroundings, PLAIN, type Surroundings } from '../support/surroundings.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

describe('HTTP while Postgres is away', () => {
  let around: Surroundings;
  let proxy: TcpProxy;
  let url: string;
  before(async () => {
    around = await createSurroundings();
    proxy = await startTcpProxy(around.database.url);
    const service = await around.serve({
      DATABASE_URL: proxy.url,
      DATABASE_CONNECT_SECONDS: '1',
      DATABASE_STATEMENT_SECONDS: '1',
    });
    url = service.url;
  });
  afterEach(() => proxy.restore());
  after(async () => {
    await around.tearDown();
    await proxy.close();
  });

  const untilBack = () => eventually(async () => expect((await ask(url, '/readyz')).status).to.equal(200));

  it('answers 503 with when to come back while the link is cut, and recovers', async () => {
    proxy.cut();
    const answers = await Promise.all([
      post(url, '/orders', { amount: 1 }),
      ask(url, '/orders/1'),
      post(url, '/payments/notify', { outTradeNo: 'n' }),
      post(url, '/orders/1/reminders'),
      ask(url, '/reminder/1'),
      ask(url, '/shops/default/notifications'),
      ask(url, '/readyz'),
    ]);
    for (const { status, headers, body } of answers) {
      expect([status, body.code, body.reason]).to.deep.equal([503, 0, 'unavailable']);
      expect(headers['retry-after']).to.equal('2');
    }
    expect((await ask(url, '/readyz')).body.data).to.include({ postgres: 'down', rabbitmq: 'up' });
    expect((await ask(url, '/healthz')).status, 'it is alive').to.equal(200);
    expect((await post(url, '/orders', 'nonsense')).status, 'bad input needs no database').to.equal(400);
    proxy.restore();
    await untilBack();
    expect((await post(url, '/orders', { amount: 1 })).status).to.equal(201);
  });

  it('answers 503 in bounded time while the link swallows everything', async () => {
    proxy.pause();
    const { status, body } = await ask(url, '/orders/1');
    expect([status, body.reason]).to.deep.equal([503, 'unavailable']);
    proxy.restore();
    await untilBack();
  });

  it('refuses a socket of a shop that it does not know yet with 503, and takes it afterwards', async () => {
    proxy.cut();
    const service = { url, port: 0, stop: async () => {} };
    const refused = await around.open(service, 'till-1', PLAIN).catch((error: Error) => error.message);
    expect(refused).to.equal('refused with 503');
    proxy.restore();
    await eventually(() => around.open(service, 'till-1', PLAIN));
  });

  it('keeps an event that comes meanwhile, and tells it when Postgres is back', async () => {
    const service = { url, port: 0, stop: async () => {} };
    const client = await eventually(() => around.open(service, 'till-2', { query: { shop: 'patient' } }));
    await client.nextOf('ready');
    proxy.cut();
    await around.pay('patient', 1, 3);
    proxy.restore();
    for (const seq of [1, 2, 3]) expect(await client.nextOf('notification', 8_000)).to.include({ seq });
  });
}).timeout(30_000);
