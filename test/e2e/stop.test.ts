import { once } from 'node:events';
import { Agent } from 'node:http';
import { createServer } from 'node:net';
import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { upTo } from '../support/fake-log.ts';
import { ask, post } from '../support/http-client.ts';
import { createSurroundings, PLAIN, type Surroundings, seqsOf } from '../support/surroundings.ts';

describe('a graceful stop', () => {
  let around: Surroundings;
  before(async () => {
    around = await createSurroundings();
  });
  afterEach(() => around.clear());
  after(() => around.tearDown());

  it('is told by /readyz while the service goes on listening and serving', async () => {
    const { url, stop } = await around.serve({ DRAIN_READY_SECONDS: '1' });
    expect((await ask(url, '/readyz')).status).to.equal(200);
    const stopping = stop();
    const { status, body } = await eventually(async () => {
      const answer = await ask(url, '/readyz');
      expect(answer.status).to.equal(503);
      return answer;
    });
    expect([status, body.reason, body.data]).to.deep.equal([
      503,
      'unavailable',
      { postgres: 'up', rabbitmq: 'up', draining: true },
    ]);
    expect((await ask(url, '/healthz')).status).to.equal(200);
    expect((await post(url, '/orders', { amount: 1 })).status).to.equal(201);
    const late = await around.open({ url, port: 0, stop }, 'late', { query: { shop: 'late' } });
    expect(await late.next()).to.include({ kind: 'ready' });
    await stopping;
    expect(await late.closed).to.equal(1012);
  });

  it('ends every socket with 1012, spread over the time that it is given', async () => {
    const service = await around.serve({ DRAIN_SOCKET_SECONDS: '1' });
    const clients = await Promise.all(
      upTo(40).map((n) =>
        around.open(service, `till-${n}`, { ...(n % 2 ? PLAIN : {}), query: { shop: 'spread' } }),
      ),
    );
    const startedAt = performance.now();
    const closedAfter: number[] = [];
    for (const client of clients)
      void client.closed.then(() => closedAfter.push(performance.now() - startedAt));
    await service.stop();
    expect(await Promise.all(clients.map(({ closed }) => closed))).to.deep.equal(clients.map(() => 1012));
    const [first = 0, last = 0] = [closedAfter[0], closedAfter.at(-1)];
    expect(last - first).to.be.within(400, 5_000);
  });

  it('answers what comes on a connection that is kept alive with 503, and closes it', async () => {
    const service = await around.serve({ DRAIN_SOCKET_SECONDS: '2' });
    await Promise.all(upTo(40).map((n) => around.open(service, `till-${n}`, PLAIN)));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect((await ask(service.url, '/healthz', { agent })).status).to.equal(200);
    const stopping = service.stop();
    const answer = await eventually(async () => {
      const one = await ask(service.url, '/healthz', { agent });
      expect(one.status).to.equal(503);
      return one;
    });
    expect(answer.body).to.include({ code: 0, reason: 'unavailable' });
    expect(answer.headers['retry-after']).to.equal('5');
    expect(answer.headers.connection).to.match(/^close/);
    const refused = await ask(service.url, '/healthz').catch((error: NodeJS.ErrnoException) => error.code);
    expect(refused, 'a new connection').to.equal('ECONNREFUSED');
    await stopping;
    agent.destroy();
  });

  it('loses no event: each is in the log, or waits in the queue for the next start', async () => {
    const first = await around.serve();
    const client = await around.open(first, 'till', { query: { shop: 'kept' } });
    const { epoch } = await client.nextOf('ready');
    const publishing = around.pay('kept', 1, 2_000);
    await client.nextOf('notification');
    await first.stop();
    await publishing;
    expect(await client.closed).to.equal(1012);
    const seen = seqsOf(client);
    expect(seen).to.deep.equal(upTo(seen.length));
    const { rows } = await around.database.pool.query("SELECT head FROM shops WHERE id = 'kept'");
    expect(Number(rows[0].head), 'all that was logged was told before the sockets ended').to.equal(
      seen.length,
    );

    const second = await around.serve();
    const resumed = await around.open(second, 'till', { query: { shop: 'kept', since: seen.length, epoch } });
    await eventually(() => expect([...seen, ...seqsOf(resumed)]).to.have.length(2_000));
    expect([...seen, ...seqsOf(resumed)]).to.deep.equal(upTo(2_000));
    const orders = [...client.frames, ...resumed.frames].flatMap(({ orderId }) => orderId ?? []);
    expect(orders.toSorted((a, b) => a - b)).to.deep.equal(upTo(2_000));
  });

  it('finishes the request in hand: what was answered with 200 rings', async () => {
    const service = await around.serve();
    const orders = await Promise.all(
      upTo(30).map(async () => (await post(service.url, '/orders', { amount: 1, shopId: 'paid' })).body.data),
    );
    const paying = orders.map(({ number }) =>
      post(service.url, '/payments/notify', { outTradeNo: number }).then(
        ({ status }) => (status === 200 ? number : undefined),
        () => undefined,
      ),
    );
    await paying[0];
    await service.stop();
    const paid = (await Promise.all(paying)).filter((number) => number !== undefined);
    const next = await around.serve();
    const client = await around.open(next, 'till', { query: { shop: 'paid', since: 0 } });
    await eventually(() => {
      const received = client.frames.flatMap(({ content }) => content?.slice('订单号： '.length) ?? []);
      expect(received).to.include.members(paid);
    });
    expect(paid.length).to.be.above(0);
  });

  it('may be asked for twice, and leaves the port free', async () => {
    const { stop, port } = await around.serve();
    await Promise.all([stop(), stop()]);
    await stop();
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
  });
}).timeout(30_000);
