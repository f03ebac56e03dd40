import { expect } from 'chai';
import type pg from 'pg';
import { createPublisher } from '../../../src/broker/publisher.ts';
import { declareTopology } from '../../../src/broker/topology.ts';
import { observeRelays } from '../../../src/metrics/observers.ts';
import { createRegistry } from '../../../src/metrics/registry.ts';
import type { OutboxRow } from '../../../src/outbox/claim.ts';
import { recordEvent } from '../../../src/outbox/record.ts';
import { type Relay, type RelayOptions, startRelay } from '../../../src/outbox/relay.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { createPool } from '../../../src/platform/postgres.ts';
import { openLink, takeAll } from '../../support/broker-link.ts';
import { eventually } from '../../support/eventually.ts';
import { createBroker, createDatabase, type TestDatabase } from '../../support/servers-of-the-run.ts';

const logger = createLogger('silent');

/** Postgres is real here; publishing is a fake that the test answers, but for the last part. */
describe('the relay', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  const relays: Relay[] = [];

  before(async () => {
    database = await createDatabase();
    pool = createPool({ url: database.url, poolSize: 5, connectSeconds: 5, statementSeconds: 10 }, logger);
  });

  beforeEach(() => database.pool.query('TRUNCATE outbox'));

  afterEach(() => Promise.all(relays.splice(0).map((relay) => relay.stop())));

  after(async () => {
    await pool.end();
    await database.drop();
  });

  function start(publish: RelayOptions['publish'], options: Partial<RelayOptions> = {}): Relay {
    const observe = observeRelays(createRegistry())('orders');
    const relay = startRelay({
      pool,
      table: 'outbox',
      publish,
      batchSize: 100,
      pollSeconds: 600,
      observe,
      logger,
      ...options,
    });
    relays.push(relay);
    return relay;
  }

  async function record(...eventIds: string[]): Promise<void> {
    const occurredAt = '2025-03-06T17:14:35.000Z';
    for (const eventId of eventIds) {
      const event = { eventId, shopId: 'shop', orderId: 1, orderNumber: 'N', occurredAt };
      await recordEvent(database.pool, { key: 'order.paid', ...event });
    }
  }

  async function waiting(): Promise<string[]> {
    const { rows } = await database.pool.query('SELECT event_id FROM outbox ORDER BY id');
    return rows.map((row) => row.event_id);
  }

  const idsOf = (count: number) => Array.from({ length: count }, (_, index) => `e-${index}`);

  /** A fake broker that confirms when it is told to. */
  function createFakeBroker() {
    const published: string[] = [];
    const pending: (() => void)[] = [];
    return {
      published,
      publish(row: OutboxRow): Promise<void> {
        published.push(row.eventId);
        return new Promise((resolve) => pending.push(resolve));
      },
      confirmAll() {
        for (const confirm of pending.splice(0)) confirm();
      },
    };
  }

  it('publishes in the order of recording, over several batches', async () => {
    const ids = idsOf(25);
    await record(...ids);
    const published: string[] = [];
    start(async (row) => void published.push(row.eventId), { batchSize: 10 });
    await eventually(async () => expect(await waiting()).to.deep.equal([]));
    expect(published).to.deep.equal(ids);
  });

  it('passes on the key, the id and the body as they were recorded', async () => {
    await record('e-1');
    const rows: OutboxRow[] = [];
    start(async (row) => void rows.push(row));
    await eventually(() => expect(rows).to.have.length(1));
    expect(rows[0]).to.include({ routingKey: 'order.paid', eventId: 'e-1' });
    expect(JSON.parse(rows[0]?.body ?? '')).to.include({ eventId: 'e-1', orderId: 1, orderNumber: 'N' });
  });

  it('keeps a row until its publish is confirmed', async () => {
    await record('e-1', 'e-2');
    const broker = createFakeBroker();
    start(broker.publish);
    await eventually(() => expect(broker.published).to.have.length(2));
    expect(await waiting()).to.deep.equal(['e-1', 'e-2']);
    broker.confirmAll();
    await eventually(async () => expect(await waiting()).to.deep.equal([]));
    expect(broker.published).to.deep.equal(['e-1', 'e-2']);
  });

  it('keeps a row whose publish fails, lets the confirmed ones go, and publishes it again later', async () => {
    await record('e-1', 'refused', 'e-3');
    const published: string[] = [];
    let refuse = true;
    start(async ({ eventId }) => {
      published.push(eventId);
      if (eventId === 'refused' && refuse) throw new Error('returned');
    });
    await eventually(async () => expect(await waiting()).to.deep.equal(['refused']));
    refuse = false;
    await eventually(async () => expect(await waiting()).to.deep.equal([]));
    expect(published.filter((eventId) => eventId !== 'refused')).to.deep.equal(['e-1', 'e-3']);
  });

  it('looks at once when it is nudged, however long until the next poll', async () => {
    const published: string[] = [];
    await record('at the start');
    const relay = start(async (row) => void published.push(row.eventId));
    await eventually(async () => expect(await waiting()).to.deep.equal([]));
    await record('e-1');
    // A round trip to Postgres, in which a relay that looked by itself would have found it as well.
    expect(await waiting()).to.deep.equal(['e-1']);
    expect(published).to.deep.equal(['at the start']);
    relay.nudge();
    await eventually(async () => expect(await waiting()).to.deep.equal([]));
    expect(published).to.deep.equal(['at the start', 'e-1']);
  });

  it('looks once more when it is nudged in the middle of a batch', async () => {
    await record('e-1');
    const broker = createFakeBroker();
    const relay = start(broker.publish);
    await eventually(() => expect(broker.published).to.deep.equal(['e-1']));
    await record('e-2');
    relay.nudge();
    broker.confirmAll();
    await eventually(() => expect(broker.published).to.deep.equal(['e-1', 'e-2']));
    broker.confirmAll();
    await eventually(async () => expect(await waiting()).to.deep.equal([]));
  });

  it('finds what nobody nudged it for when it polls', async () => {
    const published: string[] = [];
    start(async (row) => void published.push(row.eventId), { pollSeconds: 0.05 });
    await record('e-1');
    await eventually(() => expect(published).to.deep.equal(['e-1']));
  });

  it('shares the rows with another relay, which does not wait, and each row is published once', async () => {
    const ids = idsOf(60);
    await record(...ids);
    const slow = createFakeBroker();
    start(slow.publish, { batchSize: 10 });
    await eventually(() => expect(slow.published).to.have.length(10));
    const quick: string[] = [];
    start(async (row) => void quick.push(row.eventId), { batchSize: 10 });
    await eventually(() => expect(quick).to.have.length(50));
    slow.confirmAll();
    await eventually(async () => expect(await waiting()).to.deep.equal([]));
    expect([...slow.published, ...quick]).to.deep.equal(ids);
  });

  it('finishes the batch in hand when it is stopped, and takes no other', async () => {
    await record(...idsOf(4));
    const broker = createFakeBroker();
    const relay = start(broker.publish, { batchSize: 2 });
    await eventually(() => expect(broker.published).to.have.length(2));
    let stopped = false;
    const stopping = relay.stop().then(() => {
      stopped = true;
    });
    expect(await waiting()).to.have.length(4); // a round trip, during which it must not have stopped
    expect(stopped).to.equal(false);
    broker.confirmAll();
    await stopping;
    expect(await waiting()).to.deep.equal(['e-2', 'e-3']);
    expect(broker.published).to.deep.equal(['e-0', 'e-1']);
  });

  it('publishes twice what a crash between confirm and commit left in the outbox, and loses none', async () => {
    await record('e-1', 'e-2');
    const broker = createFakeBroker();
    start(broker.publish);
    await eventually(() => expect(broker.published).to.have.length(2));
    await database.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'orderbell' AND state = 'idle in transaction'`,
    );
    broker.confirmAll();
    await eventually(() => expect(broker.published).to.deep.equal(['e-1', 'e-2', 'e-1', 'e-2']));
    expect(await waiting()).to.deep.equal(['e-1', 'e-2']);
    broker.confirmAll();
    await eventually(async () => expect(await waiting()).to.deep.equal([]));
  });

  it('goes on after Postgres refused it a connection', async () => {
    const published: string[] = [];
    const broken = { connect: pool.connect.bind(pool) };
    let refusals = 0;
    const connect = async () => {
      if (++refusals <= 2) throw new Error('Connection terminated unexpectedly');
      return broken.connect();
    };
    await record('e-1');
    const flaky: pg.Pool = Object.assign(Object.create(pool), { connect });
    start(async (row) => void published.push(row.eventId), { pool: flaky });
    await eventually(() => expect(published).to.deep.equal(['e-1']));
  });

  it('keeps a row that no queue takes, and its message is there once one does', async () => {
    const broker = await createBroker();
    const publisher = createPublisher(10);
    const connection = await openLink(broker.url, async (link) => {
      await declareTopology(link.model, broker.names);
      await publisher.attach(link);
    });
    const channel = await broker.connection.createChannel();
    const { notifications, orders } = broker.names;
    await channel.unbindQueue(notifications, orders, 'order.paid');
    await record('e-1');
    let attempts = 0;
    const relay = start(({ routingKey, body, eventId }) => {
      attempts++;
      return publisher.publish({ exchange: orders, routingKey, body: Buffer.from(body), messageId: eventId });
    });
    await eventually(() => expect(attempts).to.be.at.least(2));
    expect(await waiting()).to.deep.equal(['e-1']);
    await channel.bindQueue(notifications, orders, 'order.paid');
    const [message] = await takeAll(broker.connection, notifications, 1);
    expect(message?.properties.messageId).to.equal('e-1');
    await eventually(async () => expect(await waiting()).to.deep.equal([]));
    await relay.stop();
    await connection.close();
    await broker.drop();
  });
});
