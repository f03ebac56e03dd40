import { connect, type GetMessage } from 'amqplib';
import { expect } from 'chai';
import { createLogger } from '../../../src/platform/logger.ts';
import { countReady, takeAll } from '../../support/broker-link.ts';
import { publishAll } from '../../support/events.ts';
import { eventually } from '../../support/eventually.ts';
import { createRandom } from '../../support/random.ts';
import {
  createBroker,
  createDatabase,
  type TestBroker,
  type TestDatabase,
} from '../../support/servers-of-the-run.ts';
import { type Service, startService } from '../../support/service.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';

interface Message {
  key: string;
  body: unknown;
  properties?: { messageId?: string; headers?: Record<string, unknown> };
}

/** From the exchange to the log, with the service as it runs. */
describe('the worker in the service', function () {
  this.timeout(30_000); // links that are cut are built anew with backoff

  let database: TestDatabase;
  let broker: TestBroker;
  const services: Service[] = [];

  beforeEach(async () => {
    [database, broker] = await Promise.all([createDatabase(), createBroker()]);
  });

  afterEach(async () => {
    await Promise.all(services.splice(0).map((service) => service.stop()));
    await Promise.all([database.drop(), broker.drop()]);
  });

  async function start(env: Record<string, string> = {}, overBroker = broker): Promise<Service> {
    const service = await startService(database, overBroker, env);
    services.push(service);
    return service;
  }

  const publish = (messages: readonly Message[]) =>
    publishAll(broker.connection, broker.names.orders, messages);

  function paid(eventId: string, fields: Record<string, unknown> = {}): Message {
    return { key: 'order.paid', body: { eventId, orderId: 1, orderNumber: 'N-1', ...fields } };
  }

  const paidMany = (count: number, shops = ['shop']) =>
    Array.from({ length: count }, (_, index) =>
      paid(`e-${index}`, { orderId: index + 1, shopId: shops[index % shops.length] }),
    );

  interface Logged {
    shop: string;
    seq: number;
    event: string;
    order: string;
  }

  async function readLog(): Promise<Logged[]> {
    const { rows } = await database.pool.query<Logged>(
      `SELECT shop_id AS shop, seq::int, event_id AS event, order_id::text AS order
       FROM notifications ORDER BY shop_id, seq`,
    );
    return rows;
  }

  /** Waits until the log holds so many, checks that no seq is missing and no event is there twice, and gives it. */
  async function logOf(count: number): Promise<Logged[]> {
    await eventually(async () => {
      const { rows } = await database.pool.query('SELECT count(*)::int FROM notifications');
      expect(rows[0].count).to.be.at.least(count);
    }, 15_000);
    const log = await readLog();
    expect(new Set(log.map(({ shop, order, event }) => `${shop} ${order} ${event}`)).size).to.equal(count);
    expect(log).to.have.length(count);
    let previous: Logged | undefined;
    for (const row of log) {
      expect(row.seq).to.equal(previous?.shop === row.shop ? previous.seq + 1 : 1);
      previous = row;
    }
    return log;
  }

  const deadLetters = (count: number) => takeAll(broker.connection, broker.names.deadLetters, count);

  const reasonOf = (message: GetMessage) => message.properties.headers?.['x-orderbell-reason'];

  /** Stops all services, after which whatever they had not settled is back in the queue. */
  async function unsettled(): Promise<number> {
    await Promise.all(services.splice(0).map((service) => service.stop()));
    return countReady(broker.connection, broker.names.notifications);
  }

  it('logs once what is published many times while two services share the queue', async () => {
    const random = createRandom();
    await start({ WORKER_PREFETCH: '7' });
    await start({ WORKER_PREFETCH: '7' });
    const messages = paidMany(60, ['a', 'b', 'c']).flatMap((message) =>
      Array.from({ length: 6 }, () => message),
    );
    const shuffled = messages
      .map((message) => ({ message, place: random.next() }))
      .sort((a, b) => a.place - b.place)
      .map(({ message }) => message);
    await publish(shuffled);
    await logOf(60);
    await eventually(async () =>
      expect(await countReady(broker.connection, broker.names.notifications)).to.equal(0),
    );
    expect(await unsettled()).to.equal(0);
    await logOf(60);
    expect(await countReady(broker.connection, broker.names.deadLetters)).to.equal(0);
  });

  it('logs once what is published again after a restart', async () => {
    const messages = paidMany(20);
    await start();
    await publish(messages);
    await logOf(20);
    expect(await unsettled()).to.equal(0);
    await start();
    await publish([...messages, paid('fresh', { shopId: 'shop' })]);
    const log = await logOf(21);
    expect(log.at(-1)?.event).to.equal('fresh');
    expect(await unsettled()).to.equal(0);
  });

  it('logs a redelivery without any id once, as it is derived the same', async () => {
    await start();
    const bare: Message = { key: 'order.paid', body: { orderId: 7, orderNumber: 'N-7' } };
    await publish([bare, bare, paid('other'), bare]);
    await logOf(2);
    expect(await unsettled()).to.equal(0);
    await logOf(2);
  });

  it('takes what was published before it started', async () => {
    await start();
    expect(await unsettled()).to.equal(0);
    await publish(paidMany(50));
    await start();
    await logOf(50);
  });

  it('dead-letters what is invalid with its reason, and logs the good ones around it', async () => {
    await start();
    const bad: Record<string, Message> = {
      'not-json': { key: 'order.paid', body: '{' },
      'too-large': { key: 'order.paid', body: 'x'.repeat(70_000) },
      invalid: paid('markup', { orderNumber: '<img src=x onerror=alert(1)>' }),
      unstorable: paid('unlucky', { orderId: 13 }),
    };
    // No message that passes our own rules is known to be refused by Postgres; an operator's rule stands in for one.
    await database.pool.query('ALTER TABLE notifications ADD CONSTRAINT no_13 CHECK (order_id <> 13)');
    const messages = Object.values(bad).flatMap((message, index) => [
      paid(`before-${index}`),
      message,
      paid(`after-${index}`),
    ]);
    await publish(messages);
    const log = await logOf(8);
    expect(log.map(({ event }) => event)).to.include.members(['before-0', 'after-3']);
    const letters = await deadLetters(4);
    expect(letters.map(reasonOf).toSorted()).to.deep.equal(Object.keys(bad).toSorted());
    for (const letter of letters) {
      const original = bad[String(reasonOf(letter))];
      const body = typeof original?.body === 'string' ? original.body : JSON.stringify(original?.body);
      expect(letter.content.toString()).to.equal(body);
      expect(letter.fields.routingKey).to.equal('order.paid');
      expect(letter.properties.headers?.['x-orderbell-detail']).to.be.a('string').and.not.equal('');
      expect(Date.parse(letter.properties.headers?.['x-orderbell-at'])).to.be.a('number');
    }
    expect(await unsettled()).to.equal(0);
    expect(await deadLetters(0)).to.deep.equal([]);
  });

  it('logs an order id above 2^53 that comes as a string with every digit, and refuses it as a number', async () => {
    await start();
    await publish([
      paid('string', { orderId: '9007199254740993' }),
      { key: 'order.paid', body: '{"eventId":"number","orderId":9007199254740993,"orderNumber":"N"}' },
    ]);
    const log = await logOf(1);
    expect(log[0]).to.include({ event: 'string', order: '9007199254740993' });
    const [letter] = await deadLetters(1);
    expect(letter?.properties.headers).to.include({ 'x-orderbell-reason': 'invalid' });
    expect(letter?.properties.headers?.['x-orderbell-detail']).to.match(/^\/orderId: /);
  });

  it('dead-letters an event id that comes again with another key, and logs it with another order', async () => {
    await start();
    await publish([paid('taken', { orderId: 1 })]);
    await logOf(1);
    await publish([
      { key: 'order.reminded', body: { eventId: 'taken', orderId: 1 } },
      paid('taken', { orderId: 2 }),
      paid('good', { orderId: 3 }),
      paid('taken', { orderId: 1 }),
    ]);
    const log = await logOf(3);
    expect(log.map(({ event, order }) => [event, order])).to.deep.equal([
      ['taken', '1'],
      ['taken', '2'],
      ['good', '3'],
    ]);
    const letters = await deadLetters(1);
    expect(letters.map(reasonOf)).to.deep.equal(['event-id-conflict']);
    expect(letters[0]?.properties.headers?.['x-orderbell-detail']).to.equal(
      'id of type 1, order 1, shop default',
    );
    expect(await unsettled()).to.equal(0);
  });

  it('logs an event whose id another shop used first, however often both come', async () => {
    await start();
    const squatted = paid('squatted', { orderId: 666, shopId: 'squatter' });
    const real = paid('squatted', { orderId: 1 });
    await publish([squatted]);
    await logOf(1);
    await publish([real, squatted, real]);
    const log = await logOf(2);
    expect(log.map(({ shop, order }) => [shop, order])).to.deep.equal([
      ['default', '1'],
      ['squatter', '666'],
    ]);
    expect(await unsettled()).to.equal(0);
    expect(await deadLetters(0)).to.deep.equal([]);
  });

  it('dead-letters what an upstream sent with a message_id that belongs to another event of the order', async () => {
    await start();
    const withId = (key: string): Message => ({
      key,
      body: { orderId: 1, orderNumber: 'N' },
      properties: { messageId: 'reused', headers: { tenant: 'a' } },
    });
    await publish([withId('order.paid'), withId('order.reminded')]);
    await logOf(1);
    const [letter] = await deadLetters(1);
    expect(letter?.properties).to.include({ messageId: 'reused' });
    expect(letter?.properties.headers).to.include({ tenant: 'a', 'x-orderbell-reason': 'event-id-conflict' });
  });

  it('loses nothing and repeats nothing when its Postgres connections are ended again and again', async () => {
    await start({ WORKER_PREFETCH: '5' });
    const publishing = publish(paidMany(400, ['a', 'b']));
    let ended = 0;
    for (let round = 1; round <= 4; round++) {
      await eventually(async () => expect((await readLog()).length).to.be.at.least(round * 60));
      // It may have none for a moment, before it opens new ones.
      ended += await eventually(async () => {
        const { rowCount } = await database.pool.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND application_name = 'orderbell'`,
        );
        expect(rowCount).to.be.at.least(1);
        return rowCount ?? 0;
      });
    }
    await publishing;
    await logOf(400);
    expect(ended).to.be.at.least(4);
    expect(await unsettled()).to.equal(0);
    expect(await countReady(broker.connection, broker.names.deadLetters)).to.equal(0);
  });

  it('loses nothing and repeats nothing when its links to RabbitMQ are cut again and again', async () => {
    const proxy = await startTcpProxy(broker.url);
    try {
      await start({ WORKER_PREFETCH: '5' }, { ...broker, url: proxy.url });
      const publishing = publish(paidMany(400, ['a', 'b']));
      for (let round = 1; round <= 3; round++) {
        await eventually(async () => expect((await readLog()).length).to.be.at.least(round * 60));
        proxy.cut();
        proxy.restore();
      }
      await publishing;
      await logOf(400);
      expect(await unsettled()).to.equal(0);
    } finally {
      await Promise.all(services.splice(0).map((service) => service.stop()));
      await proxy.close();
    }
  });

  it('dead-letters what has an id and a key that are not UTF-8, and goes on', async () => {
    const marker = 'R'.repeat(255);
    const proxy = await startTcpProxy(broker.url, (data) => {
      for (let at = data.indexOf(marker); at >= 0; at = data.indexOf(marker)) data.fill(0xff, at, at + 255);
    });
    const upstream = await connect(proxy.url);
    try {
      await start({ WORKER_PREFETCH: '1' });
      const spoilt = { messageId: marker, CC: ['order.paid'] };
      await publishAll(upstream, broker.names.orders, [
        { key: 'order.paid', body: { orderId: 1, orderNumber: 'N' }, properties: { messageId: marker } },
        { key: marker, body: { orderId: 2, orderNumber: 'N' }, properties: spoilt },
      ]);
      await publish([paid('good')]);
      await logOf(1);
      const letters = await deadLetters(2);
      expect(letters.map(reasonOf)).to.have.members(['invalid', 'unknown-routing-key']);
      for (const { properties } of letters) {
        expect(properties.headers?.['x-orderbell-detail']).to.match(/message_id was cut, hex efbfbd/);
      }
      expect(await unsettled()).to.equal(0);
    } finally {
      await upstream.close();
      await proxy.close();
    }
  });

  it('sets the events of a shop whose log is damaged aside, and logs those of the other shops', async () => {
    const lines: string[] = [];
    const logger = createLogger('error', { write: (line) => lines.push(line) });
    services.push(await startService(database, broker, {}, { logger }));
    await publish([paid('first', { shopId: 'a' }), paid('second', { shopId: 'a' })]);
    await logOf(2);
    await database.pool.query("UPDATE shops SET head = 0 WHERE id = 'a'");
    await publish(
      Array.from({ length: 40 }, (_, index) => paid(`e-${index}`, { shopId: index % 10 === 0 ? 'a' : 'b' })),
    );
    await logOf(2 + 36);
    const letters = await deadLetters(4);
    expect(letters.map(reasonOf)).to.deep.equal(letters.map(() => 'log-damaged'));
    expect(letters[0]?.properties.headers?.['x-orderbell-detail']).to.match(/shop a.*notifications_pkey/);
    expect(lines.join()).to.include('the log of a shop is damaged');
    expect(await unsettled()).to.equal(0);
    await database.pool.query("UPDATE shops SET head = 2 WHERE id = 'a'");
  });

  it('keeps a refusal until its dead letter is confirmed, and holds back no good one for it', async () => {
    await start();
    const channel = await broker.connection.createChannel();
    const { deadLetters: queue, deadLetterExchange } = broker.names;
    await channel.unbindQueue(queue, deadLetterExchange, '#');
    await publish([{ key: 'order.paid', body: '{' }, ...paidMany(5)]);
    await logOf(5);
    await publish([paid('later')]);
    await logOf(6);
    expect(await countReady(broker.connection, queue)).to.equal(0);
    await channel.bindQueue(queue, deadLetterExchange, '#');
    expect((await deadLetters(1)).map(reasonOf)).to.deep.equal(['not-json']);
    expect(await unsettled()).to.equal(0);
  });

  it('finishes what it has in hand when it is stopped in the middle of a stream, and a second one does the rest', async () => {
    await start({ WORKER_PREFETCH: '10' });
    await publish(paidMany(300));
    expect(await unsettled()).to.equal(300 - (await readLog()).length);
    await start();
    await logOf(300);
    expect(await unsettled()).to.equal(0);
  });
});
