/** `orderbell payments`: what is listed, and how an incident is settled. */

import { expect } from 'chai';
import type { OrderStore } from '../../../src/domain/order-store.ts';
import { createOrderStore } from '../../../src/orders/order-store.ts';
import { ownPayment } from '../../../src/payments/own.ts';
import { runCli } from '../../support/cli.ts';
import { createDatabase, type TestDatabase } from '../../support/servers-of-the-run.ts';

describe('orderbell payments', () => {
  let database: TestDatabase;
  let orders: OrderStore;
  before(async () => {
    database = await createDatabase();
    const reminders = { cooldownSeconds: 60, statuses: [2] };
    orders = createOrderStore({ pool: database.pool, reminders, onRecorded() {}, onIncident() {} });
  });
  beforeEach(() => database.pool.query('TRUNCATE payment_incidents RESTART IDENTITY'));
  after(() => database.drop());

  const payments = (...args: string[]) => runCli(['payments', ...args], { database });
  const unknown = (number: string, over: object = {}) =>
    orders.markPaid(ownPayment({ outTradeNo: number, ...over }), '*');

  it('list what is not settled, oldest first, and all on demand', async () => {
    await unknown('n-1', { shopId: 'corner', transactionId: 'tx-1', amount: 4200 });
    await unknown('n-2');
    await unknown('n-2');
    const { lines } = await payments('list');
    expect(lines[0]).to.match(
      /^1 {2}\S+Z {2}unknown-number {2}own {2}order n-1 {2}shop corner {2}transaction tx-1 {2}4200 fen {2}1 times$/,
    );
    expect(lines[1]).to.match(/^2 {2}.* order n-2 {2}shop - {2}transaction - {2}- {2}2 times$/);
    expect(lines[2]).to.equal('2 incidents');
    expect((await payments('list', '--shop', 'corner')).lines).to.have.length(2);
    expect((await payments('list', '--limit', '1')).lines.at(-1)).to.equal('1 incidents');

    await payments('resolve', '1', '--note', 'refunded by hand');
    expect((await payments('list')).lines.at(-1)).to.equal('1 incidents');
    const all = await payments('list', '--all', '--json');
    expect(all.lines.map((line) => JSON.parse(line))).to.deep.include({
      ...JSON.parse(all.lines[0] ?? ''),
      id: '1',
      note: 'refunded by hand',
    });
  });

  it('lists more than one page of them', async () => {
    await database.pool.query(
      `INSERT INTO payment_incidents (kind, order_number, notice)
       SELECT 'cancelled', n::text, '{}' FROM generate_series(1, 1001) n`,
    );
    expect((await payments('list')).lines.at(-1)).to.equal('1001 incidents');
    expect((await payments('list', '--limit', '501')).lines.at(-1)).to.equal('501 incidents');
  });

  it('settles one once, with its note, and no other', async () => {
    await unknown('n-1');
    await unknown('n-2');
    const { lines, exitCode } = await payments('resolve', '2', '--note', 'booked by hand');
    expect([exitCode, lines[0]]).to.satisfy(
      ([code, line]: [number, string]) => code === 0 && /^settled 2 /.test(line),
    );
    const again = await payments('resolve', '2', '--note', 'once more');
    expect([again.exitCode, again.error?.message]).to.deep.equal([1, 'the incident 2 was settled before']);
    const { rows } = await database.pool.query(
      'SELECT note, resolved_at IS NOT NULL AS settled FROM payment_incidents ORDER BY id',
    );
    expect(rows).to.deep.equal([
      { note: null, settled: false },
      { note: 'booked by hand', settled: true },
    ]);
    // The provider comes again: it stays settled, and is counted.
    await unknown('n-2');
    expect((await payments('list')).lines.at(-1)).to.equal('1 incidents');
  });

  it('settles nothing that is not there, and nothing without a note', async () => {
    expect((await payments('resolve', '77', '--note', 'x')).error?.message).to.equal(
      'there is no incident 77',
    );
    for (const args of [
      ['x', '--note', 'n'],
      ['1'],
      ['1', '--note', ' '],
      ['1', '--note', 'n'.repeat(501)],
    ]) {
      expect((await payments('resolve', ...args)).exitCode, args.join(' ')).to.equal(2);
    }
  });

  it('does not let what a provider sent control the terminal', async () => {
    await database.pool.query(
      `INSERT INTO payment_incidents (kind, order_number, notice) VALUES ('cancelled', E'a\\u001b[2Jb', '{}')`,
    );
    expect((await payments('list')).lines[0]).to.contain('order a\\u001b[2Jb');
  });
});
