import type { Channel, ConsumeMessage } from 'amqplib';
import { expect } from 'chai';
import type { BrokerConnection } from '../../../src/broker/connection.ts';
import { createConsumer, type QueueConsumer } from '../../../src/broker/consumer.ts';
import type { BrokerLink } from '../../../src/broker/link.ts';
import type { QueueDelivery } from '../../../src/broker/queue-delivery.ts';
import { declareTopology } from '../../../src/broker/topology.ts';
import { countReady, openLink, takeAll } from '../../support/broker-link.ts';
import { publishAll } from '../../support/events.ts';
import { eventually } from '../../support/eventually.ts';
import { createBroker, type TestBroker } from '../../support/servers-of-the-run.ts';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';

describe('the consumer', () => {
  let broker: TestBroker;
  let proxy: TcpProxy;
  const connections: BrokerConnection[] = [];

  before(async () => {
    broker = await createBroker();
    await declareTopology(broker.connection, broker.names);
    proxy = await startTcpProxy(broker.url);
  });

  afterEach(async () => {
    await Promise.all(connections.splice(0).map((connection) => connection.close()));
    const channel = await broker.connection.createChannel();
    await channel.purgeQueue(broker.names.notifications);
    await channel.close();
  });

  after(async () => {
    await proxy.close();
    await broker.drop();
  });

  interface Consuming {
    consumer: QueueConsumer;
    /** All that came, also again, in order. */
    deliveries: QueueDelivery[];
    /** The bodies of those that came. */
    bodies(): string[];
    /** Waits until so many have come in all, and gives them. */
    arrived(count: number): Promise<QueueDelivery[]>;
    connection: BrokerConnection;
    /** The consumer's own channel of the latest connection. */
    channel(): Channel;
    setUps(): number;
  }

  interface Options {
    prefetch?: number;
    maxHeldBytes?: number;
    /** Instead of attaching only. */
    attach?(consumer: QueueConsumer, link: BrokerLink): Promise<void>;
    started?: boolean;
  }

  async function consume({
    prefetch = 100,
    maxHeldBytes = 67_108_864,
    attach,
    started = true,
  }: Options = {}): Promise<Consuming> {
    const deliveries: QueueDelivery[] = [];
    const consumer = createConsumer({
      queue: broker.names.notifications,
      prefetch,
      maxHeldBytes,
      onDelivery: (delivery) => deliveries.push(delivery),
    });
    if (started) await consumer.start();
    let latest: Channel | undefined;
    let setUps = 0;
    const connection = await openLink(proxy.url, async (link) => {
      setUps++;
      await declareTopology(link.model, broker.names);
      const createChannel = link.model.createChannel.bind(link.model);
      link.model.createChannel = async () => {
        latest = await createChannel();
        return latest;
      };
      await (attach ? attach(consumer, link) : consumer.attach(link));
    });
    connections.push(connection);
    const bodies = () => deliveries.map(({ raw }) => Buffer.from(raw.body).toString());
    return {
      consumer,
      deliveries,
      bodies,
      async arrived(count) {
        await eventually(() => expect(bodies()).to.have.length(count));
        return deliveries;
      },
      connection,
      channel() {
        if (latest === undefined) throw new Error('no channel yet');
        return latest;
      },
      setUps: () => setUps,
    };
  }

  async function publish(...bodies: string[]): Promise<void> {
    const messages = bodies.map((body) => ({ key: 'order.paid', body }));
    await publishAll(broker.connection, broker.names.orders, messages);
  }

  const ready = () => countReady(broker.connection, broker.names.notifications);

  /** What is still in the queue, once nobody holds anything of it. */
  async function left(count: number): Promise<string[]> {
    await Promise.all(connections.splice(0).map((connection) => connection.close()));
    const messages = await takeAll(broker.connection, broker.names.notifications, count);
    return messages.map(({ content }) => content.toString());
  }

  function at(deliveries: readonly QueueDelivery[], index: number): QueueDelivery {
    const delivery = deliveries[index];
    if (delivery === undefined) throw new Error(`no delivery ${index}`);
    return delivery;
  }

  it('brings each message with its key, body, id, time and headers', async () => {
    const { arrived } = await consume();
    const properties = { messageId: 'm-1', timestamp: 1741281275, headers: { tenant: 'a' } };
    await publishAll(broker.connection, broker.names.orders, [
      { key: 'order.reminded', body: 'x', properties },
      { key: 'order.paid', body: 'y' },
    ]);
    const [first, second] = await arrived(2);
    expect(first?.raw).to.deep.equal({
      routingKey: 'order.reminded',
      body: Buffer.from('x'),
      messageId: 'm-1',
      timestamp: 1741281275,
    });
    expect(first?.headers).to.deep.equal({ tenant: 'a' });
    expect(second?.raw).to.include({ routingKey: 'order.paid', messageId: undefined, timestamp: undefined });
    expect(second?.isLive()).to.equal(true);
  });

  it('takes what it settled out of the queue, in whatever order', async () => {
    const { consumer, arrived } = await consume();
    await publish('a', 'b', 'c', 'd');
    const deliveries = await arrived(4);
    consumer.settle([at(deliveries, 2)]);
    consumer.settle([at(deliveries, 3), at(deliveries, 0)]);
    consumer.settle([at(deliveries, 1)]);
    await publish('marker');
    await arrived(5);
    expect(await left(1)).to.deep.equal(['marker']);
  });

  it('has settled also what it settled right before its connection is closed', async () => {
    const { consumer, arrived } = await consume();
    await publish('a', 'b', 'c');
    consumer.settle(await arrived(3));
    expect(await left(0)).to.deep.equal([]);
  });

  it('acknowledges what it settles within a moment at once, and a share of the prefetch without waiting', async () => {
    const { consumer, arrived, channel } = await consume({ prefetch: 100 });
    const acks: boolean[] = [];
    const ack = channel().ack.bind(channel());
    channel().ack = (message, allUpTo = false) => {
      acks.push(allUpTo);
      ack(message, allUpTo);
    };
    await publish(...Array.from({ length: 50 }, (_, index) => `${index}`));
    const deliveries = await arrived(50);
    for (const delivery of deliveries.slice(0, 20)) consumer.settle([delivery]);
    expect(acks).to.deep.equal([]);
    await eventually(() => expect(acks).to.deep.equal([true]));
    consumer.settle(deliveries.slice(20, 44));
    expect(acks).to.deep.equal([true]);
    consumer.settle(deliveries.slice(44, 45));
    expect(acks).to.deep.equal([true, true]);
    consumer.settle(deliveries.slice(45, 46));
    const cancelled = consumer.cancel();
    expect(acks).to.deep.equal([true, true, true]);
    await cancelled;
    consumer.settle(deliveries.slice(46));
    expect(acks).to.deep.equal([true, true, true, true]);
    expect(await left(0)).to.deep.equal([]);
  });

  it('leaves what it did not settle to the next consumer', async () => {
    const { consumer, arrived, connection } = await consume();
    await publish('a', 'b', 'c');
    const deliveries = await arrived(3);
    consumer.settle([at(deliveries, 1)]);
    await connection.close();
    const next = await consume();
    await next.arrived(2);
    expect(next.bodies().toSorted()).to.deep.equal(['a', 'c']);
    expect(deliveries.map((delivery) => delivery.isLive())).to.deep.equal([false, false, false]);
  });

  it('has no more in hand than the prefetch', async () => {
    const { consumer, arrived } = await consume({ prefetch: 2 });
    await publish('a', 'b', 'c', 'd', 'e');
    const deliveries = await arrived(2);
    expect(await ready()).to.equal(3);
    consumer.settle(deliveries.slice(0, 2));
    await arrived(4);
    expect(await ready()).to.equal(1);
  });

  it('has no more bytes in hand than their bound, leaves the rest in the queue, and gets all of it once', async () => {
    const { consumer, deliveries } = await consume({ maxHeldBytes: 400_000 });
    const bodies = Array.from({ length: 40 }, (_, index) => `${index}`.padEnd(60_000, ' '));
    await publish(...bodies);
    await eventually(async () => expect((await ready()) + deliveries.length).to.equal(40));
    expect(deliveries.length).to.be.within(1, 6);
    const taken = new Set<string>();
    await eventually(() => {
      const held = deliveries.splice(0);
      expect(held.length).to.be.at.most(6);
      for (const { raw } of held) {
        const name = Buffer.from(raw.body).toString().trimEnd();
        expect(taken.has(name), name).to.equal(false);
        taken.add(name);
      }
      consumer.settle(held);
      expect(taken.size).to.equal(40);
    });
    expect(await left(0)).to.deep.equal([]);
  });

  it('takes a single message that is larger than the bound', async () => {
    const { consumer, arrived } = await consume({ maxHeldBytes: 1000 });
    await publish('a'.repeat(5000), 'b'.repeat(5000));
    consumer.settle(await arrived(1));
    await arrived(2);
  });

  it('lets go of the bodies in hand when its channel is gone', async () => {
    const { arrived, deliveries } = await consume();
    await publish('a');
    const [delivery] = await arrived(1);
    proxy.cut();
    await eventually(() => expect(delivery?.isLive()).to.equal(false));
    expect(delivery?.raw.body.byteLength).to.equal(0);
    proxy.restore();
    await eventually(() => expect(deliveries).to.have.length(2));
  });

  it('takes nothing until it is started', async () => {
    const { consumer, arrived, deliveries } = await consume({ started: false });
    await publish('a');
    expect(await ready()).to.equal(1);
    expect(deliveries).to.have.length(0);
    await consumer.start();
    await arrived(1);
  });

  it('gives back all that is in hand, and gets it again when it is started again', async () => {
    const { consumer, arrived, deliveries, setUps } = await consume();
    await publish('a', 'b');
    await arrived(2);
    await consumer.requeueAll();
    await eventually(async () => expect(await ready()).to.equal(2));
    expect(deliveries.map((delivery) => delivery.isLive())).to.deep.equal([false, false]);
    consumer.settle(deliveries);
    await consumer.start();
    await arrived(4);
    consumer.settle(deliveries);
    await publish('marker');
    await arrived(5);
    expect(setUps()).to.equal(1);
    expect(await left(1)).to.deep.equal(['marker']);
  });

  it('stays at rest after it gave back when the connection is rebuilt', async () => {
    const { consumer, deliveries, setUps, arrived, connection } = await consume();
    await consumer.requeueAll();
    proxy.cut();
    proxy.restore();
    await eventually(() => expect(setUps()).to.equal(2));
    await eventually(() => expect(connection.isUp()).to.equal(true));
    await publish('a');
    expect(await ready()).to.equal(1);
    expect(deliveries).to.have.length(0);
    await consumer.start();
    await arrived(1);
  });

  it('takes no more once it is cancelled, and can settle what is in hand', async () => {
    const { consumer, arrived, deliveries } = await consume();
    await publish('a', 'b');
    await arrived(2);
    await consumer.cancel();
    await publish('late');
    expect(await ready()).to.equal(1);
    consumer.settle(deliveries);
    expect(await left(1)).to.deep.equal(['late']);
    expect(deliveries).to.have.length(2);
  });

  it('does not start again once it is cancelled, not with a new connection either', async () => {
    const { consumer, deliveries, setUps, connection } = await consume();
    await consumer.cancel();
    await consumer.start();
    proxy.cut();
    proxy.restore();
    await eventually(() => expect(setUps()).to.equal(2));
    await eventually(() => expect(connection.isUp()).to.equal(true));
    await publish('late');
    expect(await ready()).to.equal(1);
    expect(deliveries).to.have.length(0);
  });

  it('takes nothing when it is cancelled while its channel is being opened', async () => {
    const { deliveries } = await consume({
      async attach(consumer, link) {
        const attaching = consumer.attach(link);
        await consumer.cancel();
        await attaching;
      },
    });
    await publish('late');
    expect(await ready()).to.equal(1);
    expect(deliveries).to.have.length(0);
  });

  it('takes each message once when it gives back while its channel is being opened, and starts again', async () => {
    const { consumer, deliveries, arrived } = await consume({
      async attach(consumer, link) {
        const attaching = consumer.attach(link);
        await consumer.requeueAll();
        await attaching;
      },
    });
    await publish('a');
    expect(await ready()).to.equal(1);
    expect(deliveries).to.have.length(0);
    await consumer.start();
    consumer.settle(await arrived(1));
    expect(await left(0)).to.deep.equal([]);
  });

  it('declares its queue again and goes on when somebody has deleted it', async () => {
    const { arrived, bodies, setUps, connection } = await consume();
    const channel = await broker.connection.createChannel();
    await channel.deleteQueue(broker.names.notifications);
    await channel.close();
    await eventually(() => expect(setUps()).to.equal(2));
    await eventually(() => expect(connection.isUp()).to.equal(true));
    await publish('after');
    await arrived(1);
    expect(bodies()).to.deep.equal(['after']);
  });

  it('gets all that is unsettled again when its channel is closed by an error', async () => {
    // Of so few each is acknowledged at once.
    const { consumer, channel, arrived, deliveries, bodies, setUps } = await consume({ prefetch: 4 });
    await publish('a', 'b', 'c');
    await arrived(3);
    consumer.settle([at(deliveries, 0)]);
    channel().ack({ fields: { deliveryTag: 999 } } as ConsumeMessage);
    await arrived(5);
    expect(setUps()).to.equal(2);
    expect(bodies().slice(3).toSorted()).to.deep.equal(['b', 'c']);
    expect(deliveries.map((delivery) => delivery.isLive())).to.deep.equal([false, false, false, true, true]);
    // Those of the lost channel have the tags of those of the new one: settling them must not touch these.
    consumer.settle(deliveries.slice(0, 3));
    consumer.settle(deliveries.slice(3));
    await publish('marker');
    await arrived(6);
    expect(setUps()).to.equal(2);
    expect(await left(1)).to.deep.equal(['marker']);
  });

  it('gets all that is unsettled again when its link is cut', async () => {
    const { consumer, arrived, deliveries, bodies } = await consume();
    await publish('a', 'b');
    await arrived(2);
    proxy.cut();
    await eventually(() => expect(at(deliveries, 0).isLive()).to.equal(false));
    consumer.settle(deliveries);
    proxy.restore();
    await arrived(4);
    expect(bodies().slice(2).toSorted()).to.deep.equal(['a', 'b']);
  });
});
