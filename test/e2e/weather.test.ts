/** Servers that come late, go away and come back, and operators who delete things: work goes on by itself. */

import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { ask, post } from '../support/http-client.ts';
import type { Service } from '../support/service.ts';
import { createSurroundings, type Surroundings, seqsOf } from '../support/surroundings.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

describe('weather', () => {
  let paid = 0;
  let around: Surroundings;
  let postgres: TcpProxy;
  let rabbitmq: TcpProxy;
  beforeEach(async () => {
    around = await createSurroundings();
    postgres = await startTcpProxy(around.database.url);
    rabbitmq = await startTcpProxy(around.broker.url);
  });
  afterEach(async () => {
    postgres.restore();
    rabbitmq.restore();
    await around.tearDown();
    await Promise.all([postgres.close(), rabbitmq.close()]);
  });

  const serve = (env: Record<string, string> = {}): Promise<Service> =>
    around.serve({ DATABASE_URL: postgres.url, AMQP_URL: rabbitmq.url, ...env });
  const ready = async (service: Service) => (await ask(service.url, '/readyz')).status;

  async function payOne(service: Service, number: string): Promise<number> {
    await post(service.url, '/orders', { number, amount: 1 });
    return (await post(service.url, '/payments/notify', { outTradeNo: number })).status;
  }

  describe('at the start', () => {
    for (const server of ['postgres', 'rabbitmq'] as const) {
      it(`waits for a ${server} that comes later`, async () => {
        const proxy = server === 'postgres' ? postgres : rabbitmq;
        proxy.cut();
        let started = false;
        const starting = serve().then((service) => {
          started = true;
          return service;
        });
        await eventually(() => expect(proxy.refused()).to.be.greaterThan(1));
        expect(started).to.equal(false);
        proxy.restore();
        expect(await ready(await starting)).to.equal(200);
      });
    }

    it('gives a postgres up that does not come in time', async () => {
      postgres.cut();
      const error = await serve({ DATABASE_WAIT_SECONDS: '1' }).catch((reason) => reason);
      expect(error).to.include({ code: 'database-unavailable' });
    });

    it('gives a rabbitmq up that does not come in time', async () => {
      rabbitmq.cut();
      const error = await serve({ AMQP_CONNECT_SECONDS: '1' }).catch((reason) => reason);
      expect(error).to.include({ code: 'broker-unavailable' });
    });
  });

  it('takes payments while RabbitMQ is away, says so in /readyz, and rings when it is back', async () => {
    const service = await serve();
    const client = await around.open(service, 'till');
    await client.nextOf('ready');
    rabbitmq.cut();
    await eventually(async () => expect(await ready(service)).to.equal(503));
    for (const number of ['one', 'two', 'three']) expect(await payOne(service, number)).to.equal(200);
    rabbitmq.restore();
    await eventually(() => expect(seqsOf(client)).to.deep.equal([1, 2, 3]));
    await eventually(async () => expect(await ready(service)).to.equal(200));
  });

  it('holds what it was delivered while Postgres is away, and rings when it is back', async () => {
    const service = await serve();
    const client = await around.open(service, 'till', { query: { shop: 'a' } });
    await client.nextOf('ready');
    postgres.cut();
    await around.pay('a', 1, 50);
    await eventually(async () => expect(await ready(service)).to.equal(503));
    expect(seqsOf(client)).to.deep.equal([]);
    postgres.restore();
    await eventually(() => expect(seqsOf(client)).to.have.length(50));
    await eventually(async () => expect(await ready(service)).to.equal(200));
  });

  it('gives deliveries back that it held for too long, and takes them again', async () => {
    const service = await serve({ WORKER_HOLD_SECONDS: '1' });
    const client = await around.open(service, 'till', { query: { shop: 'a' } });
    await client.nextOf('ready');
    postgres.cut();
    await around.pay('a', 1, 20);
    const channel = await around.broker.connection.createChannel();
    await eventually(async () => {
      const { messageCount } = await channel.checkQueue(around.broker.names.notifications);
      expect(messageCount).to.equal(20);
    });
    await channel.close();
    postgres.restore();
    await eventually(() => expect(seqsOf(client)).to.have.length(20));
    expect(await ready(service)).to.equal(200);
  });

  it('goes on after a link to Postgres that went silent', async () => {
    const service = await serve({ DATABASE_STATEMENT_SECONDS: '1' });
    const client = await around.open(service, 'till', { query: { shop: 'a' } });
    await client.nextOf('ready');
    postgres.pause();
    await around.pay('a', 1, 5);
    await eventually(async () => expect(await ready(service)).to.equal(503));
    postgres.cut(); // the silent connections never speak again; new ones do
    postgres.restore();
    await eventually(() => expect(seqsOf(client)).to.deep.equal([1, 2, 3, 4, 5]), 15_000);
  }).timeout(30_000);

  it('goes on after a link to RabbitMQ that went silent for longer than the heartbeat', async () => {
    const service = await serve({ AMQP_HEARTBEAT_SECONDS: '1' });
    const client = await around.open(service, 'till', { query: { shop: 'a' } });
    await client.nextOf('ready');
    rabbitmq.pause();
    await eventually(async () => expect(await ready(service)).to.equal(503), 15_000);
    rabbitmq.cut();
    rabbitmq.restore();
    await around.pay('a', 1, 3);
    await eventually(() => expect(seqsOf(client)).to.deep.equal([1, 2, 3]), 15_000);
  }).timeout(40_000);

  for (const name of ['orders', 'announcements', 'deadLetterExchange'] as const) {
    it(`goes on after the exchange ${name} was deleted by hand, also in a second service`, async () => {
      const env = { AMQP_DECLARE_SECONDS: '1', GATEWAY_COMPARE_SECONDS: '3600' };
      const [one, two] = [await serve(env), await serve(env)];
      const clients = [await around.open(one, 'a'), await around.open(two, 'b')];
      for (const client of clients) await client.nextOf('ready');
      const channel = await around.broker.connection.createChannel();
      await channel.deleteExchange(around.broker.names[name]);
      await channel.close();
      // What is announced before it is bound again is lost; what comes later is heard, and shows the gap.
      await eventually(async () => {
        const number = `after-${++paid}`;
        expect(await payOne(one, number)).to.equal(200);
        await eventually(() => {
          for (const { frames } of clients) expect(frames.at(-1)?.content).to.equal(`订单号： ${number}`);
        }, 1_000);
      }, 15_000);
      for (const client of clients) {
        const seqs = seqsOf(client);
        expect(seqs).to.deep.equal(seqs.map((_, index) => index + 1));
      }
    }).timeout(30_000);
  }

  for (const name of ['notifications', 'deadLetters'] as const) {
    it(`goes on after the queue ${name} was deleted by hand`, async () => {
      const service = await serve({ AMQP_DECLARE_SECONDS: '1' });
      const client = await around.open(service, 'a');
      await client.nextOf('ready');
      const channel = await around.broker.connection.createChannel();
      await channel.deleteQueue(around.broker.names[name]);
      await eventually(async () => {
        const probe = await around.broker.connection.createChannel();
        probe.on('error', () => {}); // the check below rejects with it
        await probe.checkQueue(around.broker.names[name]);
        await probe.close();
      }, 15_000);
      expect(await payOne(service, 'after')).to.equal(200);
      expect((await client.nextOf('notification')).content).to.equal('订单号： after');
      await channel.close();
    }).timeout(30_000);
  }
});
