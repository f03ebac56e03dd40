/** `orderbell log rotate-epoch`: after a restore in place no client may take a new notification for one it has seen. */

import { expect } from 'chai';
import { runCli } from '../../support/cli.ts';
import { eventually } from '../../support/eventually.ts';
import { post } from '../../support/http-client.ts';
import { createSurroundings, type Surroundings, seqsOf } from '../../support/surroundings.ts';

describe('orderbell log rotate-epoch', () => {
  let around: Surroundings;
  beforeEach(async () => {
    around = await createSurroundings();
  });
  afterEach(() => around.tearDown());

  const rotate = (...args: string[]) =>
    runCli(['log', 'rotate-epoch', ...args], { database: around.database });

  async function makeLogs(...shops: string[]): Promise<void> {
    await around.database.pool.query('INSERT INTO shops (id) SELECT unnest($1::text[])', [shops]);
  }

  async function epochs(): Promise<Record<string, string>> {
    const { rows } = await around.database.pool.query('SELECT id, epoch FROM shops');
    return Object.fromEntries(rows.map(({ id, epoch }) => [id, epoch]));
  }

  it('tells a connected client `gone`, gives it all that is kept, and goes on', async () => {
    const service = await around.serve({ GATEWAY_COMPARE_SECONDS: '1' });
    const client = await around.open(service, 'till', { query: { shop: 'a', since: 0 } });
    const { epoch } = await client.nextOf('ready');
    await around.pay('a', 1, 3);
    for (let seq = 1; seq <= 3; seq++) expect((await client.next()).seq).to.equal(seq);

    const { lines, error } = await rotate('--shop', 'a', '--yes');
    expect(error).to.equal(undefined);
    expect(lines).to.deep.equal(['rotated a', 'rotated 1 in all']);
    const gone = await client.nextOf('gone');
    expect(gone).to.include({ oldest: 1, head: 3 }).and.not.to.include({ epoch });
    for (let seq = 1; seq <= 3; seq++) expect((await client.next()).seq).to.equal(seq);
    expect(await client.next()).to.include({ kind: 'ready', epoch: gone.epoch, head: 3 });
    await around.pay('a', 4, 4);
    expect(await client.next()).to.include({ kind: 'notification', seq: 4 });
  });

  it('keeps a restored log’s second 2 from being taken for its first', async () => {
    const service = await around.serve();
    await around.pay('a', 1, 2);
    const before = await around.open(service, 'till', { query: { shop: 'a', since: 0 } });
    const { epoch } = await before.nextOf('ready');
    while (seqsOf(before).length < 2) await before.next();
    await before.close();
    await around.clear();
    // Restored to when there was one: the next notification is numbered 2 once more.
    await around.database.pool.query('DELETE FROM notifications WHERE seq = 2; UPDATE shops SET head = 1');
    await rotate('--all', '--yes');

    const restored = await around.serve();
    await around.pay('a', 3, 3);
    const after = await around.open(restored, 'till', { query: { shop: 'a', since: 2, epoch } });
    await after.nextOf('gone');
    await after.nextOf('ready');
    while (seqsOf(after).length < 2) await after.next();
    const orders = after.frames.filter(({ kind }) => kind === 'notification').map(({ orderId }) => orderId);
    expect(orders).to.deep.equal([1, 3]);
  });

  it('leaves the other shops their epochs', async () => {
    await makeLogs('a', 'b', 'c');
    const before = await epochs();
    await rotate('--shop', 'a', '--shop', 'c', '--yes');
    const after = await epochs();
    const same = Object.keys(after).filter((id) => after[id] === before[id]);
    expect(same).to.deep.equal(['b']);
  });

  it('takes all shops, and gives no two the same epoch', async () => {
    await makeLogs('a', 'b');
    const before = await epochs();
    const { lines } = await rotate('--all', '--yes', '--json');
    expect(lines.map((line) => JSON.parse(line))).to.deep.equal([{ shopId: 'a' }, { shopId: 'b' }]);
    const after = await epochs();
    expect(new Set([...Object.values(before), ...Object.values(after)]).size).to.equal(4);
  });

  it('does not deadlock with what is being logged', async () => {
    const service = await around.serve();
    const shops = Array.from({ length: 20 }, (_, index) => `shop-${index}`);
    await makeLogs(...shops);
    const payments = shops.map(async (shopId) => {
      await post(service.url, '/orders', { number: `${shopId}-1`, shopId, amount: 1 });
      await post(service.url, '/payments/notify', { outTradeNo: `${shopId}-1` });
    });
    const rotations = Array.from({ length: 5 }, () => rotate('--all', '--yes'));
    for (const { error } of await Promise.all(rotations)) expect(error).to.equal(undefined);
    await Promise.all(payments);
    await eventually(async () => {
      const { rows } = await around.database.pool.query('SELECT count(*)::int FROM notifications');
      expect(rows[0].count).to.equal(shops.length);
    });
  });

  it('fails for a shop that has no log, and says which', async () => {
    await makeLogs('a');
    const { lines, error, exitCode } = await rotate('--shop', 'a', '--shop', 'typo', '--yes');
    expect(lines).to.deep.equal(['rotated a']);
    expect([exitCode, error?.message]).to.deep.equal([1, 'no log of typo']);
  });

  for (const [what, args, complaint] of [
    ['is not meant', ['--all'], /--yes/],
    ['names no shop', ['--yes'], /either --shop <id> or --all/],
    ['names a shop and all', ['--yes', '--all', '--shop', 'a'], /either --shop <id> or --all/],
  ] as const) {
    it(`changes nothing when it ${what}`, async () => {
      await makeLogs('a');
      const before = await epochs();
      const { exitCode, notes } = await rotate(...args);
      expect(exitCode).to.equal(2);
      expect(notes.join('\n')).to.match(complaint);
      expect(await epochs()).to.deep.equal(before);
    });
  }

  it('says that Postgres cannot be reached', async () => {
    const { error, exitCode } = await runCli(['log', 'rotate-epoch', '--all', '--yes'], {});
    expect(error?.message).to.match(/^Postgres: .*ECONNREFUSED/);
    expect(exitCode).to.equal(1);
  });
});
