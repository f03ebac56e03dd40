/** A shop's log is damaged by hand, and repaired by what db/README.md says, as it is printed there. */

import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { runCli } from '../support/cli.ts';
import { eventually } from '../support/eventually.ts';
import { upTo } from '../support/fake-log.ts';
import { ask } from '../support/http-client.ts';
import type { Service } from '../support/service.ts';
import { createSurroundings, PLAIN, type Surroundings } from '../support/surroundings.ts';

const document = readFileSync(new URL('../../db/README.md', import.meta.url), 'utf8');
const [, repair = ''] = /## A damaged log.*?```sql\n(.*?)```/s.exec(document) ?? [];

/** What a hand did to the log of a shop whose 20 alerts have the places 1 to 20, and which orders it cost. */
const DAMAGES: [what: string, shop: string, sql: string, kept: number[]][] = [
  ['the head was set back', 'set-back', "UPDATE shops SET head = 12 WHERE id = 'set-back'", upTo(20)],
  [
    'the head was set back to nothing',
    'emptied',
    "UPDATE shops SET head = 0, oldest = 1 WHERE id = 'emptied'",
    upTo(20),
  ],
  [
    'a row was put where the next alert belongs',
    'foreign',
    "INSERT INTO notifications (shop_id, seq, event_id, type, order_id, content, occurred_at) VALUES ('foreign', 21, 'x', 1, 999, 'x', now())",
    [...upTo(20), 999],
  ],
  [
    'rows in the middle were removed as well',
    'holes',
    "DELETE FROM notifications WHERE shop_id = 'holes' AND seq IN (15, 16); UPDATE shops SET head = 16 WHERE id = 'holes'",
    upTo(14),
  ],
  [
    'the oldest rows were removed as well',
    'beheaded',
    "DELETE FROM notifications WHERE shop_id = 'beheaded' AND seq < 6; UPDATE shops SET head = 10 WHERE id = 'beheaded'",
    upTo(20).slice(5),
  ],
];

describe('a damaged log', () => {
  let around: Surroundings;
  let service: Service;
  before(async () => {
    around = await createSurroundings();
    service = await around.serve({ GATEWAY_COMPARE_SECONDS: '1', GATEWAY_PAGE_SIZE: '4' });
  });
  after(() => around.tearDown());

  const command = async (...args: string[]) => {
    const run = await runCli(args, { database: around.database, broker: around.broker });
    expect(run.error?.message, args.join(' ')).to.equal(undefined);
    return run.lines;
  };

  const repairShop = async (shop: string) => {
    expect(repair).to.include("'corner'");
    await around.database.pool.query(`${repair.replace("'corner'", `'${shop}'`)} COMMIT;`);
  };

  for (const [what, shop, damage, kept] of DAMAGES) {
    it(`is repaired by what db/README.md says where ${what}`, async () => {
      const plain = await around.open(service, 'plain', { ...PLAIN, query: { shop } });
      await around.pay(shop, 1, 20);
      await eventually(() => expect(plain.frames).to.have.length(20));
      await around.database.pool.query(damage);
      await around.pay(shop, 21, 24);
      await eventually(async () => expect(await command('dead', 'list', '--json')).to.have.length(4));

      await repairShop(shop);
      await command('log', 'rotate-epoch', '--shop', shop, '--yes');
      await command('dead', 'redrive', '--reason', 'log-damaged');
      await around.pay(shop, 25, 25);

      const orders = [...kept, ...upTo(25).slice(20)];
      const client = await eventually(async () => {
        const v1 = await around.open(service, 'v1', { query: { shop, since: 0 } });
        await v1.nextOf('ready');
        const logged = v1.frames.filter(({ kind }) => kind === 'notification');
        await v1.close();
        expect(logged.map(({ orderId }) => orderId)).to.have.members(orders);
        return logged;
      });
      const first = client[0]?.seq;
      expect(client.map(({ seq }) => seq)).to.deep.equal(client.map((_, index) => first + index));
      expect(client.slice(0, kept.length).map(({ orderId }) => orderId)).to.deep.equal(kept);
      await eventually(() => {
        const rung = plain.frames.map(({ orderId }) => orderId).filter((id) => id !== 999);
        expect(rung.slice(0, 20)).to.deep.equal(upTo(20));
        expect(rung.slice(20).toSorted()).to.deep.equal(upTo(25).slice(20));
      });
      expect(await command('dead', 'list', '--json')).to.deep.equal([]);
    });
  }

  it('gets back the paid orders whose rows the repair took out, by `orderbell reconcile`', async () => {
    const shop = 'reconciled';
    const plain = await around.open(service, 'plain', { ...PLAIN, query: { shop } });
    for (const number of ['r-1', 'r-2', 'r-3', 'r-4']) {
      await ask(service.url, '/orders', { method: 'POST', body: { number, shopId: shop, amount: 4200 } });
      await ask(service.url, '/payments/notify', { method: 'POST', body: { outTradeNo: number } });
      await plain.next();
    }
    const orders = plain.frames.map(({ orderId }) => orderId);
    // What is in the outbox needs no reconciling; what was published is removed from it a little later.
    await eventually(async () => {
      expect((await around.database.pool.query('SELECT FROM outbox')).rowCount).to.equal(0);
    });
    await around.database.pool.query(
      `DELETE FROM notifications WHERE shop_id = '${shop}' AND seq = 2; UPDATE shops SET head = 2 WHERE id = '${shop}'`,
    );
    await repairShop(shop);
    await command('log', 'rotate-epoch', '--shop', shop, '--yes');
    await command('reconcile', '--older-than', '0');
    await eventually(async () => {
      const { rows } = await around.database.pool.query(
        'SELECT order_id FROM notifications WHERE shop_id = $1 ORDER BY seq',
        [shop],
      );
      expect(rows.map(({ order_id }) => Number(order_id))).to.have.members(orders);
    });
    await around.pay(shop, 501, 501);
    const after = await plain.next();
    expect(after.orderId, 'a plain client that had them is not alerted again').to.equal(501);
  });
});
