import { expect } from 'chai';
import type pg from 'pg';
import { observeRelays } from '../../../src/metrics/observers.ts';
import { createRegistry } from '../../../src/metrics/registry.ts';
import type { OutboxRow } from '../../../src/outbox/claim.ts';
import { type RecordedEvent, recordEvent } from '../../../src/outbox/record.ts';
import { type Relay, startRelay } from '../../../src/outbox/relay.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { createPool } from '../../../src/platform/postgres.ts';
import { eventually } from '../../support/eventually.ts';
import { createDatabase, type TestDatabase } from '../../support/servers-of-the-run.ts';

const logger = createLogger('silent');

/** Postgres is real; the broker is a fake that answers when the test lets it. */
class FakeBroker {
  readonly published: string[] = [];
  /** Answers at once as long as it is set. */
  answer: 'confirm' | 'refuse' | undefined = 'confirm';
  readonly #pending: { resolve(): void; reject(error: Error): void }[] = [];

  publish = ({ eventId }: OutboxRow): Promise<void> => {
    this.published.push(eventId);
    return new Promise<void>((resolve, reject) => {
      this.#pending.push({ resolve, reject });
      this.#settle();
    });
  };

  now(answer: 'confirm' | 'refuse' | undefined): void {
    this.answer = answer;
    this.#settle();
  }

  #settle(): void {
    if (this.answer === undefined) return;
    for (const { resolve, reject } of this.#pending.splice(0)) {
      if (this.answer === 'confirm') resolve();
      else reject(new Error('refused'));
    }
  }
}

describe('an event that the process of a relay has recorded', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  let broker: FakeBroker;
  let relay: Relay;
  let last = 0;
  /** Of the relay to look for rows. */
  let failures = 0;

  before(async () => {
    database = await createDatabase();
    pool = createPool({ url: database.url, poolSize: 5, connectSeconds: 5, statementSeconds: 10 }, logger);
  });
  beforeEach(async () => {
    await database.pool.query('TRUNCATE outbox');
    broker = new FakeBroker();
    failures = 0;
    const warning = createLogger('silent');
    warning.warn = () => void failures++;
    const observe = observeRelays(createRegistry())('orders');
    const { publish } = broker;
    relay = startRelay({
      pool,
      table: 'outbox',
      publish,
      batchSize: 100,
      pollSeconds: 600,
      observe,
      logger: warning,
    });
  });
  afterEach(async () => {
    broker.now('confirm');
    await relay.stop();
  });
  after(async () => {
    await pool.end();
    await database.drop();
  });

  async function record(): Promise<RecordedEvent> {
    const eventId = `e-${++last}`;
    const occurredAt = '2025-03-06T17:14:35.000Z';
    const event = { eventId, shopId: 'shop', orderId: 1, orderNumber: 'N', occurredAt };
    return recordEvent(database.pool, { key: 'order.paid', ...event });
  }

  const idOf = ({ row }: RecordedEvent) => row.eventId;

  async function waiting(): Promise<string[]> {
    const { rows } = await database.pool.query('SELECT event_id FROM outbox ORDER BY id');
    return rows.map(({ event_id }) => event_id);
  }

  /** Resolves when an event is published in the very turn in which it is offered. */
  async function catchUp(): Promise<void> {
    await eventually(async () => {
      const recorded = await record();
      // The relay itself may have published it by now.
      const before = broker.published.length;
      relay.publishRecorded(recorded);
      const isDirect = broker.published.length > before;
      await eventually(async () => expect(await waiting()).to.deep.equal([]));
      expect(isDirect).to.equal(true);
    });
    broker.published.length = 0;
  }

  it('is published at once, and its row removed with others once the broker has confirmed', async () => {
    await catchUp();
    broker.now(undefined);
    const events = [await record(), await record(), await record()];
    for (const event of events) {
      relay.publishRecorded(event);
      expect(broker.published.at(-1)).to.equal(idOf(event));
    }
    const left = await record();
    relay.nudge(); // the relay passes over what is under way
    await eventually(() => expect(broker.published).to.include(idOf(left)));
    expect(broker.published).to.have.length(4);
    expect(await waiting()).to.have.length(4);
    broker.now('confirm');
    await eventually(async () => expect(await waiting()).to.deep.equal([]));
    expect(broker.published).to.have.length(4);
  });

  it('is left to the relay while an earlier one is, which was not confirmed', async () => {
    await catchUp();
    broker.now('refuse');
    const first = await record();
    relay.publishRecorded(first);
    await eventually(() => expect(broker.published.length).to.be.greaterThan(1)); // the relay tries
    const second = await record();
    const before = broker.published.length;
    relay.publishRecorded(second);
    expect(broker.published).to.have.length(before);
    broker.now('confirm');
    await eventually(async () => expect(await waiting()).to.deep.equal([]));
    const confirmed = broker.published.slice(broker.published.lastIndexOf(idOf(first)));
    expect(confirmed).to.deep.equal([idOf(first), idOf(second)]);
    await catchUp();
  });

  it('is left to the relay while a cycle of it is under way that began before', async () => {
    await catchUp();
    broker.now('refuse');
    const first = await record();
    relay.publishRecorded(first);
    broker.now(undefined);
    await eventually(() =>
      expect(broker.published.filter((id) => id === idOf(first)).length).to.be.at.least(2),
    );
    const second = await record();
    relay.publishRecorded(second);
    expect(broker.published).not.to.include(idOf(second));
    broker.now('confirm');
    await eventually(async () => expect(await waiting()).to.deep.equal([]));
    expect(broker.published.at(-1)).to.equal(idOf(second));
  });

  it('does not overtake one of another process that has waited for more than a second', async () => {
    await catchUp();
    const other = await database.pool.connect();
    try {
      // The other process's relay has claimed it and is not done.
      const stuck = await record();
      await database.pool.query("UPDATE outbox SET recorded_at = now() - interval '2 seconds'");
      await other.query('BEGIN');
      await other.query('SELECT FROM outbox FOR UPDATE');
      const next = await record();
      expect([stuck.isBehind, next.isBehind]).to.deep.equal([false, true]);
      relay.publishRecorded(next);
      expect(broker.published).to.deep.equal([]);
      await eventually(() => expect(broker.published).to.deep.equal([idOf(next)]));
    } finally {
      await other.query('COMMIT');
      other.release();
    }
  });

  it('is not behind one of the last second', async () => {
    await catchUp();
    await record();
    expect((await record()).isBehind).to.equal(false);
  });

  it('is waited for at a stop, and removed', async () => {
    await catchUp();
    broker.now(undefined);
    const event = await record();
    relay.publishRecorded(event);
    let isStopped = false;
    const stopping = relay.stop().then(() => {
      isStopped = true;
    });
    const late = await record();
    relay.publishRecorded(late);
    expect([isStopped, broker.published]).to.deep.equal([false, [idOf(event)]]);
    broker.now('confirm');
    await stopping;
    expect(await waiting()).to.deep.equal([idOf(late)]);
  });

  it('is published again where its row could not be removed', async () => {
    await catchUp();
    const event = await record();
    await database.pool.query('ALTER TABLE outbox RENAME TO hidden');
    relay.publishRecorded(event);
    await eventually(() => expect(broker.published).to.deep.equal([idOf(event)]));
    await eventually(() => expect(failures).to.be.greaterThan(0)); // the relay cannot look for it either
    await database.pool.query('ALTER TABLE hidden RENAME TO outbox');
    await eventually(async () => expect(await waiting()).to.deep.equal([]));
    expect(broker.published).to.deep.equal([idOf(event), idOf(event)]);
  });
}).timeout(30_000);
