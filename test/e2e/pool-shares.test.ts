/** Many readers and acknowledgements at once: payments find a connection, whatever holds the others up. */

import { expect } from 'chai';
import type pg from 'pg';
import { eventually } from '../support/eventually.ts';
import { ask, post } from '../support/http-client.ts';
import type { Service } from '../support/service.ts';
import { createSurroundings, type Surroundings } from '../support/surroundings.ts';

describe('the pool of connections', () => {
  let around: Surroundings;
  let service: Service;
  before(async () => {
    around = await createSurroundings();
    service = await around.serve({ DATABASE_CONNECT_SECONDS: '1' });
  });
  after(() => around.tearDown());

  /** Runs `work` while a statement of another client holds its locks. */
  async function whileLocked(statement: string, work: () => Promise<void>): Promise<void> {
    const client: pg.PoolClient = await around.database.pool.connect();
    try {
      await client.query('BEGIN');
      await client.query(statement);
      await work();
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  }
  const waiting = async () => {
    const { rows } = await around.database.pool.query<{ count: number }>(
      `SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return rows[0]?.count;
  };
  async function pays(number: string): Promise<void> {
    const { status } = await post(service.url, '/orders', { number, amount: 1 });
    expect(status).to.equal(201);
    expect((await post(service.url, '/payments/notify', { outTradeNo: number })).status).to.equal(200);
  }

  it('has one for a payment while page reads are held up, of which few wait and the others come later', async () => {
    await around.open(service, 'till', { query: { shop: 'read' } });
    await whileLocked('LOCK TABLE receipts IN ACCESS EXCLUSIVE MODE', async () => {
      const reads = Array.from({ length: 50 }, () => ask(service.url, '/shops/read/notifications'));
      await eventually(async () => expect(await waiting()).to.equal(2));
      const refused = await Promise.race(reads);
      expect([refused.status, refused.body.reason]).to.deep.equal([503, 'unavailable']);
      expect(refused.headers['retry-after']).to.equal('1');
      await pays('while-pages-wait');
      Promise.all(reads).catch(() => {});
    });
  });

  it('has one for a payment, and for another shop, while acknowledgements wait for the lock of one shop', async () => {
    const clients = [];
    for (const shop of ['held', 'other']) {
      const client = await around.open(service, 'till', { query: { shop } });
      await client.nextOf('ready');
      await around.pay(shop, 1, 1);
      await client.nextOf('notification');
      clients.push(client);
    }
    const [held, other] = clients;
    await whileLocked(`SELECT FROM shops WHERE id = 'held' FOR UPDATE`, async () => {
      for (let count = 0; count < 15; count++) held?.send({ kind: 'ack', seq: 1 });
      await eventually(async () => expect(await waiting()).to.equal(1));
      await pays('while-acks-wait');
      other?.send({ kind: 'ack', seq: 1 });
      expect(await other?.nextOf('receipt')).to.include({ seq: 1 });
      expect(await waiting(), 'those of one shop take one connection').to.equal(1);
    });
    expect(await held?.nextOf('receipt')).to.include({ seq: 1 });
  });
});
