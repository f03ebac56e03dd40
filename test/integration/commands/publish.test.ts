/** `orderbell publish`: what it sends rings, and what would not be an event is not sent unless that is asked for. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type CliSurroundings, runCli } from '../../support/cli.ts';
import { eventually } from '../../support/eventually.ts';
import { createBroker, type TestBroker } from '../../support/servers-of-the-run.ts';
import { createSurroundings, type Surroundings } from '../../support/surroundings.ts';

describe('orderbell publish', () => {
  let around: Surroundings;
  beforeEach(async () => {
    around = await createSurroundings();
    await around.serve();
  });
  afterEach(() => around.tearDown());

  const publish = (args: readonly string[], over: CliSurroundings = {}) =>
    runCli(['publish', ...args], { broker: around.broker, ...over });

  async function logged() {
    const { rows } = await around.database.pool.query(
      `SELECT shop_id AS shop, event_id AS "eventId", type, order_id::int AS "orderId", content FROM notifications
       ORDER BY shop_id, order_id`,
    );
    return rows;
  }

  async function deadLetters() {
    const { lines } = await runCli(['dead', 'list', '--json'], { broker: around.broker });
    return lines.map((line) => JSON.parse(line));
  }

  it('rings for a payment, and says under which event id and where it went', async () => {
    const { lines, error } = await publish(['paid', '--order-id', '7', '--order-number', 'A', '--shop', 'a']);
    expect(error).to.equal(undefined);
    const [eventId, ...words] = lines[0]?.split(/ {2}/) ?? [];
    expect(words).to.deep.equal(['order.paid', 'order 7', 'shop a']);
    const { host } = new URL(around.broker.url);
    expect(lines.slice(1)).to.deep.equal([`published 1 to ${around.broker.names.orders} at ${host}`]);
    await eventually(async () => {
      expect(await logged()).to.deep.equal([
        { shop: 'a', eventId, type: 1, orderId: 7, content: '订单号： A' },
      ]);
    });
  });

  it('rings for a reminder, under the id and the time that were given', async () => {
    const occurredAt = '2025-01-01T00:00:00.000Z';
    const args = ['--order-id', '7', '--event-id', 'e-1', '--occurred-at', occurredAt, '--json'];
    const { lines } = await publish(['reminded', ...args]);
    expect(lines.map((line) => JSON.parse(line))).to.deep.equal([
      {
        eventId: 'e-1',
        orderId: 7,
        shopId: 'default',
        occurredAt,
        key: 'order.reminded',
        exchange: around.broker.names.orders,
        broker: new URL(around.broker.url).host,
      },
    ]);
    await eventually(async () => {
      expect(await logged()).to.deep.equal([
        { shop: 'default', eventId: 'e-1', type: 2, orderId: 7, content: '订单号: 7' },
      ]);
    });
  });

  it('never says the password of where it went', async () => {
    const { lines, notes } = await publish(['reminded', '--order-id', '7', '--json']);
    const { password } = new URL(around.broker.url);
    expect([...lines, ...notes].join('\n')).not.to.include(`:${password}@`);
  });

  it('rings for each of many orders', async () => {
    const { lines } = await publish(['paid', '--order-id', '1', '--order-number', 'N', '--count', '500']);
    expect(lines).to.have.length(501);
    await eventually(async () => {
      const rows = await logged();
      expect(rows.map(({ orderId }) => orderId)).to.deep.equal(rows.map((_, index) => index + 1));
      expect(rows).to.have.length(500);
      expect(rows.at(-1)).to.include({ content: '订单号： N-500' });
    });
  });

  it('rings once for the same event sent several times', async () => {
    await publish(['reminded', '--order-id', '7', '--event-id', 'e', '--count', '5']);
    await publish(['reminded', '--order-id', '8']);
    await eventually(async () => {
      expect((await logged()).map(({ orderId }) => orderId)).to.deep.equal([7, 8]);
    });
    expect(await deadLetters()).to.deep.equal([]);
  });

  it('goes on to the next broker where one is away, and says which it was', async () => {
    const env = { AMQP_URL: `amqp://a:hunter2@127.0.0.1:1,${around.broker.url}` };
    const { lines, notes } = await runCli(['publish', 'reminded', '--order-id', '7'], {
      broker: around.broker,
      env,
    });
    expect(lines.at(-1)).to.include(`at ${new URL(around.broker.url).host}`);
    expect([...lines, ...notes].join()).not.to.include('hunter2');
  });

  it('keeps to a rate', async () => {
    const started = performance.now();
    await publish(['reminded', '--order-id', '1', '--count', '5', '--rate', '20/s']);
    expect(performance.now() - started).to.be.greaterThan(199);
  });

  for (const [what, args, complaint] of [
    ['has no order', ['paid', '--order-number', 'A'], /refused as invalid: .*orderId/],
    ['has no order number', ['paid', '--order-id', '7'], /refused as invalid: .*orderNumber/],
    [
      'is for no shop',
      ['reminded', '--order-id', '7', '--shop', 'a.b'],
      /refused as invalid: \/shopId: must/,
    ],
    [
      'becomes too long on the way',
      ['paid', '--order-id', '1', '--order-number', 'N'.repeat(62), '--count', '10'],
      /refused as invalid: \/orderNumber/,
    ],
    ['is raw, and made as well', ['paid', '--raw', '-', '--order-id', '7'], /cannot be used with/],
  ] as const) {
    it(`sends nothing where the event ${what}`, async () => {
      const { lines, notes, exitCode } = await publish(args);
      expect(notes.join('\n')).to.match(complaint);
      expect([lines, exitCode]).to.deep.equal([[], 2]);
      expect(await logged()).to.deep.equal([]);
    });
  }

  it('sends what is no event from standard input, if it is told to, and that becomes a dead letter', async () => {
    const { lines } = await publish(['paid', '--raw', '-', '--json'], { input: 'no json' });
    const { messageId, bytes } = JSON.parse(lines[0] ?? '');
    expect(bytes).to.equal(7);
    await eventually(async () => {
      const [letter] = await deadLetters();
      expect(letter).to.include({ reason: 'not-json', body: 'no json', messageId });
    });
  });

  it('sends the body of a file as it is', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'orderbell-'));
    const file = join(directory, 'body.json');
    await writeFile(file, '{"orderId": 7, "more": [1]}');
    await publish(['reminded', '--raw', file]);
    await rm(directory, { recursive: true });
    await eventually(async () => expect((await logged()).map(({ orderId }) => orderId)).to.deep.equal([7]));
  });

  it('fails for a file that is not there', async () => {
    const { error, exitCode } = await publish(['paid', '--raw', '/not/there']);
    expect(error?.message).to.match(/ENOENT/);
    expect(exitCode).to.equal(1);
  });

  it('fails where no queue takes the event', async () => {
    const channel = await around.broker.connection.createChannel();
    const { notifications, orders } = around.broker.names;
    await channel.unbindQueue(notifications, orders, 'order.reminded');
    await channel.close();
    const { lines, error, exitCode } = await publish(['reminded', '--order-id', '7', '--count', '3']);
    expect([lines, exitCode]).to.deep.equal([[], 1]);
    expect(error?.message).to.equal(`no queue takes order.reminded of ${orders}`);
  });
});

describe('orderbell publish, before the service was ever started', () => {
  let broker: TestBroker;
  before(async () => {
    broker = await createBroker();
  });
  after(() => broker.drop());

  it('fails, says why, and declares nothing', async () => {
    for (let times = 0; times < 2; times++) {
      const { error, exitCode } = await runCli(['publish', 'reminded', '--order-id', '7'], { broker });
      expect(error?.message)
        .to.include(`there is no exchange ${broker.names.orders}`)
        .and.to.include('AMQP_PREFIX');
      expect(exitCode).to.equal(1);
    }
  });

  it('says that RabbitMQ cannot be reached', async () => {
    const { error } = await runCli(['publish', 'reminded', '--order-id', '7'], {});
    expect(error?.message).to.match(/^RabbitMQ: .*ECONNREFUSED/);
  });
});
