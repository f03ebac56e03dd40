import { expect } from 'chai';
import type { BrokerConnection } from '../../../src/broker/connection.ts';
import { createQueueDepths, type QueueDepths } from '../../../src/broker/queue-depths.ts';
import { declareTopology } from '../../../src/broker/topology.ts';
import { openLink } from '../../support/broker-link.ts';
import { collectGarbage } from '../../support/collect-garbage.ts';
import { publishAll } from '../../support/events.ts';
import { eventually } from '../../support/eventually.ts';
import { createBroker, type TestBroker } from '../../support/servers-of-the-run.ts';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';

describe('the depths of the queues', () => {
  let broker: TestBroker;
  let proxy: TcpProxy;
  let connection: BrokerConnection;
  let depths: QueueDepths;
  let setUps = 0;

  before(async () => {
    broker = await createBroker();
    proxy = await startTcpProxy(broker.url);
    depths = createQueueDepths();
    connection = await openLink(proxy.url, async (link) => {
      setUps++;
      await declareTopology(link.model, broker.names);
      depths.attach(link);
    });
  });

  after(async () => {
    await connection.close();
    await proxy.close();
    await broker.drop();
  });

  it('are how many messages wait and how many consume, those in hand not counted', async () => {
    const { notifications, orders } = broker.names;
    await publishAll(
      broker.connection,
      orders,
      [1, 2, 3].map((orderId) => ({ key: 'order.reminded', body: { orderId } })),
    );
    expect(await depths.read(notifications)).to.deep.equal({ messages: 3, consumers: 0 });
    const channel = await broker.connection.createChannel();
    await channel.prefetch(2);
    await channel.consume(notifications, () => {});
    await eventually(async () =>
      expect(await depths.read(notifications)).to.deep.equal({ messages: 1, consumers: 1 }),
    );
    await channel.close();
  });

  it('keep nothing of a question that was answered', async () => {
    const ask = async (queue: string): Promise<WeakRef<object>> =>
      new WeakRef(await depths.read(queue).catch((error) => error));
    const answered = await ask(broker.names.deadLetters);
    const refused = await ask(`${broker.prefix}nowhere`);
    await collectGarbage();
    expect([answered.deref(), refused.deref()]).to.deep.equal([undefined, undefined]);
  });

  it('are not to be had of a queue that is not there, which harms neither the link nor the next question', async () => {
    const before = setUps;
    for (let times = 0; times < 3; times++) {
      const error = await depths.read(`${broker.prefix}nowhere`).catch((error) => error);
      expect(error).to.have.property('message').that.includes('404');
    }
    expect(await depths.read(broker.names.deadLetters)).to.deep.equal({ messages: 0, consumers: 0 });
    expect(connection.isUp()).to.equal(true);
    expect(setUps).to.equal(before);
  });

  it('are not to be had without a link, also when it is lost in the middle of the question', async () => {
    proxy.pause();
    const asked = depths.read(broker.names.deadLetters).catch((error) => error);
    proxy.cut();
    expect(await asked).to.include({ code: 'broker-unavailable' });
    expect(await depths.read(broker.names.deadLetters).catch((error) => error)).to.include({
      code: 'broker-unavailable',
    });
    proxy.restore();
    await eventually(async () =>
      expect(await depths.read(broker.names.deadLetters)).to.include({ messages: 0 }),
    );
  });

  it('are not to be had before there was a link', async () => {
    const error = await createQueueDepths()
      .read('any')
      .catch((error) => error);
    expect(error).to.include({ code: 'broker-unavailable' });
  });
});
