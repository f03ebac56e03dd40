import { expect } from 'chai';
import type { BrokerConnection } from '../../../src/broker/connection.ts';
import type { BrokerLink } from '../../../src/broker/link.ts';
import { createPublisher, type Publisher } from '../../../src/broker/publisher.ts';
import { declareTopology } from '../../../src/broker/topology.ts';
import { openLink, takeAll } from '../../support/broker-link.ts';
import { eventually } from '../../support/eventually.ts';
import { createBroker, type TestBroker } from '../../support/servers-of-the-run.ts';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';

describe('the publisher', () => {
  let broker: TestBroker;
  let proxy: TcpProxy;
  let connection: BrokerConnection;
  let publisher: Publisher;
  let hasty: Publisher;
  /** Gives up within the test, but not before the broker has had the time to confirm. */
  let unhurried: Publisher;
  let link: BrokerLink;
  let links = 0;

  before(async () => {
    broker = await createBroker();
    await declareTopology(broker.connection, broker.names);
    proxy = await startTcpProxy(broker.url);
    publisher = createPublisher(10);
    hasty = createPublisher(0.05);
    unhurried = createPublisher(3);
    connection = await openLink(proxy.url, async (fresh) => {
      link = fresh; // before it can be published on: whoever waits for that goes on at once
      links++;
      swallowConfirmsOf('stuck', fresh);
      await publisher.attach(fresh);
      await hasty.attach(fresh);
      await unhurried.attach(fresh);
    });
  });

  beforeEach(async () => {
    const channel = await broker.connection.createChannel();
    await channel.purgeQueue(broker.names.notifications);
    await channel.close();
  });

  after(async () => {
    await connection.close();
    await proxy.close();
    await broker.drop();
  });

  function publish(body: string, routingKey = 'order.paid', by = publisher): Promise<void> {
    return by.publish({ exchange: broker.names.orders, routingKey, body: Buffer.from(body) });
  }

  /** As if the broker confirmed all but the messages with this body. */
  function swallowConfirmsOf(body: string, { model }: BrokerLink): void {
    const create = model.createConfirmChannel.bind(model);
    model.createConfirmChannel = async () => {
      const channel = await create();
      const send = channel.publish.bind(channel);
      channel.publish = (exchange, key, content, options, onConfirm) =>
        send(exchange, key, content, options, content.toString() === body ? () => {} : onConfirm);
      return channel;
    };
  }

  const codeOf = (publishing: Promise<void>): Promise<string> =>
    publishing.then(
      () => 'confirmed',
      (error) => error.code,
    );

  it('resolves when the broker has routed and confirmed the message', async () => {
    await publish('one');
    const [message] = await takeAll(broker.connection, broker.names.notifications, 1);
    expect(message?.content.toString()).to.equal('one');
  });

  it('publishes persistent JSON with its type, id, time and headers', async () => {
    await publisher.publish({
      exchange: broker.names.orders,
      routingKey: 'order.reminded',
      body: Buffer.from('{}'),
      messageId: 'event-1',
      timestamp: 1_700_000_000,
      headers: { tenant: 'a' },
    });
    const [message] = await takeAll(broker.connection, broker.names.notifications, 1);
    expect(message?.properties).to.include({
      contentType: 'application/json',
      deliveryMode: 2,
      type: 'order.reminded',
      messageId: 'event-1',
      timestamp: 1_700_000_000,
    });
    expect(message?.properties.headers).to.include({ tenant: 'a' });
  });

  it('rejects with `publish-returned` for exactly those of many in flight that no queue takes', async () => {
    const keys = Array.from({ length: 60 }, (_, index) => (index % 3 === 1 ? 'order.lost' : 'order.paid'));
    const codes = await Promise.all(keys.map((key, index) => codeOf(publish(String(index), key))));
    expect(codes).to.deep.equal(keys.map((key) => (key === 'order.lost' ? 'publish-returned' : 'confirmed')));
    const arrived = await takeAll(broker.connection, broker.names.notifications, 40);
    expect(arrived.map(({ content }) => content.toString())).to.deep.equal(
      keys.flatMap((key, index) => (key === 'order.lost' ? [] : [String(index)])),
    );
  });

  it('rejects with `publish-nacked` when a queue refuses the message', async () => {
    const full = `${broker.prefix}full`;
    const channel = await broker.connection.createChannel();
    await channel.assertQueue(full, { arguments: { 'x-max-length': 1, 'x-overflow': 'reject-publish' } });
    await channel.bindQueue(full, broker.names.orders, 'order.full');
    try {
      expect(await codeOf(publish('fits', 'order.full'))).to.equal('confirmed');
      expect(await codeOf(publish('does not', 'order.full'))).to.equal('publish-nacked');
      expect(await codeOf(publish('elsewhere'))).to.equal('confirmed');
    } finally {
      await channel.deleteQueue(full);
      await channel.close();
    }
  });

  it('rejects with `publish-unconfirmed` when no confirm comes in time', async () => {
    proxy.pause();
    try {
      expect(await codeOf(publish('one', 'order.paid', hasty))).to.equal('publish-unconfirmed');
    } finally {
      proxy.restore();
    }
    await eventually(() => publish('two'));
  });

  it('ends a link on which nothing was confirmed since a publish whose time is over, also if its peer answers nothing', async () => {
    await eventually(() => publish('before'));
    const before = links;
    proxy.mute();
    const unconfirmed = codeOf(publish('one', 'order.paid', hasty));
    const beside = codeOf(publish('two'));
    expect(await unconfirmed).to.equal('publish-unconfirmed');
    expect(connection.isUp()).to.equal(false);
    expect(await codeOf(publish('meanwhile'))).to.equal('broker-unavailable');
    expect(await beside).to.equal('broker-unavailable');
    await eventually(() => publish('again'), 9_000); // sooner than by the heartbeat
    expect(links).to.equal(before + 1);
    await eventually(() => expect(connection.isUp()).to.equal(true));
  });

  it('keeps a link on which another message was confirmed since', async () => {
    await eventually(() => publish('before'));
    const before = links;
    const stuck = codeOf(publish('stuck', 'order.paid', unhurried));
    await publish('goes on', 'order.paid', unhurried);
    expect(await stuck).to.equal('publish-unconfirmed');
    await publish('still');
    expect(links).to.equal(before);
  });

  it('keeps a link that the broker blocks, however long nothing is confirmed', async () => {
    await eventually(() => publish('before'));
    const before = links;
    const stuck = codeOf(publish('stuck', 'order.paid', hasty));
    link.model.emit('blocked', 'low on memory');
    expect(await stuck).to.equal('publish-unconfirmed');
    link.model.emit('unblocked');
    await publish('still');
    expect(links).to.equal(before);
  });

  it('rejects all in flight with `broker-unavailable` when the link is lost, and publishes again once it is back', async () => {
    proxy.pause();
    const inFlight = Promise.all(['a', 'b', 'c'].map((body) => codeOf(publish(body))));
    proxy.cut();
    expect(await inFlight).to.deep.equal(['broker-unavailable', 'broker-unavailable', 'broker-unavailable']);
    expect(await codeOf(publish('while it is away'))).to.equal('broker-unavailable');
    proxy.restore();
    await eventually(() => publish('again'));
  });

  it('rejects when the exchange does not exist, and publishes again once the connection is rebuilt', async () => {
    const lost = publisher.publish({
      exchange: `${broker.prefix}nothing`,
      routingKey: 'order.paid',
      body: Buffer.from('x'),
    });
    expect(await codeOf(lost)).to.equal('broker-unavailable');
    await eventually(() => publish('again'));
  });

  it('rejects at once while the broker blocks publishers', async () => {
    // The alarm itself is not to be had without the broker's own tools: the event is told as amqplib tells it.
    link.model.emit('blocked', 'low on memory');
    expect(await codeOf(publish('piling up'))).to.equal('broker-unavailable');
    link.model.emit('unblocked');
    expect(await codeOf(publish('goes on'))).to.equal('confirmed');
  });

  it('rejects with `broker-unavailable` before there was any connection', async () => {
    expect(await codeOf(publish('early', 'order.paid', createPublisher(10)))).to.equal('broker-unavailable');
  });
});
