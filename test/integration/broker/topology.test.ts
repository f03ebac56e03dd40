import { expect } from 'chai';
import { declareTopology, topologyNames } from '../../../src/broker/topology.ts';
import { countReady, takeAll } from '../../support/broker-link.ts';
import { publishAll } from '../../support/events.ts';
import { createBroker, type TestBroker } from '../../support/servers-of-the-run.ts';

describe('the topology', () => {
  let broker: TestBroker;

  before(async () => {
    broker = await createBroker();
    await declareTopology(broker.connection, broker.names);
  });

  after(() => broker.drop());

  it('has the names of the contract, with the prefix before each', () => {
    expect(topologyNames('')).to.deep.equal({
      orders: 'orders',
      bell: 'bell',
      notifications: 'notifications',
      deadLetterExchange: 'orders.dlx',
      deadLetters: 'notifications.dead',
      announcements: 'announcements',
      pulse: 'pulse',
    });
    expect(Object.values(topologyNames('t.'))).to.deep.equal(
      Object.values(topologyNames('')).map((name) => `t.${name}`),
    );
  });

  it('is declared again without a change, and keeps what is in its queues', async () => {
    await publishAll(broker.connection, broker.names.orders, [{ key: 'order.paid', body: 'kept' }]);
    await declareTopology(broker.connection, broker.names);
    const [kept] = await takeAll(broker.connection, broker.names.notifications, 1);
    expect(kept?.content.toString()).to.equal('kept');
  });

  it('has the queue with exactly the arguments of the contract', async () => {
    const channel = await broker.connection.createChannel();
    // A declaration with any other arguments would be refused with 406.
    await channel.assertQueue(broker.names.notifications, {
      durable: true,
      arguments: {
        'x-queue-type': 'quorum',
        'x-dead-letter-exchange': broker.names.deadLetterExchange,
        'x-dead-letter-strategy': 'at-least-once',
        'x-overflow': 'reject-publish',
        'x-delivery-limit': 1000,
      },
    });
    for (const name of [broker.names.deadLetters, broker.names.pulse]) {
      await channel.assertQueue(name, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    }
    const { orders, bell, deadLetterExchange, announcements } = broker.names;
    for (const name of [orders, bell, deadLetterExchange, announcements]) {
      await channel.assertExchange(name, 'topic', { durable: true });
    }
    await channel.close();
  });

  it('routes the keys of the contract to the queue, and nothing else', async () => {
    const ours = ['order.paid', 'order.reminded', 'order.accepted', 'order.cancelled'];
    const keys = [...ours, 'order', 'order.delivered', 'order.paid.late'];
    const messages = keys.map((key) => ({ key, body: key, properties: { mandatory: false } }));
    await publishAll(broker.connection, broker.names.orders, messages);
    const arrived = await takeAll(broker.connection, broker.names.notifications, ours.length);
    expect(arrived.map(({ content }) => content.toString())).to.deep.equal(ours);
  });

  it('keeps dead letters of any key', async () => {
    const messages = ['order.paid', 'x', 'a.b.c'].map((key) => ({ key, body: key }));
    await publishAll(broker.connection, broker.names.deadLetterExchange, messages);
    await takeAll(broker.connection, broker.names.deadLetters, 3);
    expect(await countReady(broker.connection, broker.names.notifications)).to.equal(0);
  });

  it('is refused with the reason of the broker where a queue is there with other arguments', async () => {
    const other = await createBroker();
    const channel = await other.connection.createChannel();
    await channel.assertQueue(other.names.notifications, { durable: true });
    const error = await declareTopology(other.connection, other.names).catch((error) => error);
    expect(error)
      .to.be.instanceOf(Error)
      .and.to.have.property('message')
      .match(/PRECONDITION_FAILED/);
    await other.drop();
  });
});
