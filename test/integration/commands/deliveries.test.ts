/** `orderbell deliveries`: what is listed, and how one is made due again. */

import { createECDH } from 'node:crypto';
import { expect } from 'chai';
import { runCli } from '../../support/cli.ts';
import { createDeliveryBench, type DeliveryBench } from '../../support/deliveries.ts';

describe('orderbell deliveries', () => {
  let bench: DeliveryBench;
  before(async () => {
    bench = await createDeliveryBench();
  });
  afterEach(() => bench.clear());
  after(() => bench.tearDown());

  const deliveries = (...args: string[]) => runCli(['deliveries', ...args], { database: bench.database });
  const end = (id: string, state: string, reason: string | null) =>
    bench.database.pool.query(
      `UPDATE deliveries SET state = $2, reason = $3, ended_at = now(), attempts = 3, last_result = '500' WHERE id = $1`,
      [id, state, reason],
    );
  const stateOf = async (id: string) => (await bench.row(id)).state;

  it('list the newest first, by state, shop and target, and change nothing', async () => {
    const first = await bench.deliver('owner');
    const second = await bench.deliver('platform', { shopId: 'corner' });
    const third = await bench.deliver('owner', { type: 'shop.deaf', step: undefined });
    await end(first, 'ended', 'expired');
    const { lines } = await deliveries('list');
    expect(lines).to.have.length(4);
    expect(lines[0]).to.match(
      new RegExp(`^${third}  \\S+Z  shop.deaf  shop shop  to owner  pending  0 attempts  -$`),
    );
    expect(lines[1]).to.match(
      new RegExp(
        `^${second}  \\S+Z  notification.escalated  shop corner  seq \\d+ step 1  to platform  pending`,
      ),
    );
    expect(lines[2]).to.match(new RegExp(`^${first}.* ended expired  3 attempts  500$`));
    expect(lines[3]).to.equal('3 deliveries');
    const listed = async (...args: string[]) =>
      (await deliveries('list', '--json', ...args)).lines.map((line) => JSON.parse(line).id);
    expect(await listed('--state', 'ended')).to.deep.equal([first]);
    expect(await listed('--shop', 'corner')).to.deep.equal([second]);
    expect(await listed('--target', 'owner', '--limit', '1')).to.deep.equal([third]);
    expect((await deliveries('list', '--state', 'lost')).exitCode).to.equal(2);
  });

  it('show one whole', async () => {
    const id = await bench.deliver('owner');
    const { lines } = await deliveries('show', id, '--json');
    const shown = JSON.parse(lines[0] ?? '');
    expect(shown).to.include({ id, target: 'owner', state: 'pending', attempts: 0, step: 1, cycle: 0 });
    expect(JSON.parse(shown.body)).to.have.property('type', 'notification.escalated');
    expect((await deliveries('show', id)).lines).to.include('target      owner');
    const none = await deliveries(
      'show',
      id.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
    );
    expect([none.exitCode, none.error?.message]).to.satisfy(
      ([code, message]: [number, string]) => code === 1 && /^there is no delivery/.test(message),
    );
    expect((await deliveries('show', 'x')).exitCode).to.equal(2);
  });

  it('make one due again that ended while its notification is open', async () => {
    const id = await bench.deliver('owner');
    await end(id, 'ended', 'target-disabled');
    const { lines, exitCode } = await deliveries('retry', id);
    expect([exitCode, lines]).to.deep.equal([0, [`due now ${id}`]]);
    expect(await bench.row(id)).to.include({ state: 'pending', reason: null, attempts: 3 });
  });

  it('make one due at once that waits for its next attempt', async () => {
    const id = await bench.deliver('owner');
    await bench.database.pool.query(`UPDATE deliveries SET due_at = now() + interval '1 hour'`);
    expect((await deliveries('retry', id)).exitCode).to.equal(0);
    expect((await bench.row(id)).due_in).to.be.below(1);
  });

  it('make none due that was delivered, or whose notification is not open, unless it is forced', async () => {
    const delivered = await bench.deliver('owner');
    const acknowledged = await bench.deliver('owner');
    const expired = await bench.deliver('owner', { expiresAt: new Date(Date.now() - 1_000) });
    await end(delivered, 'delivered', null);
    await end(acknowledged, 'ended', 'acknowledged');
    await end(expired, 'ended', 'expired');
    await bench.acknowledge(acknowledged);
    for (const id of [delivered, acknowledged, expired]) {
      const before = await stateOf(id);
      const refused = await deliveries('retry', id);
      expect([refused.exitCode, await stateOf(id)]).to.deep.equal([1, before]);
      expect(refused.error?.message).to.contain('--force');
      expect((await deliveries('retry', id, '--force')).exitCode).to.equal(0);
      expect(await stateOf(id)).to.equal('pending');
    }
    const { rows } = await bench.database.pool.query(
      'SELECT bool_and(is_forced AND expires_at > now()) AS forced FROM deliveries',
    );
    expect(rows[0].forced).to.equal(true);
  });

  it('leave one alone whose attempt is under way', async () => {
    const id = await bench.deliver('owner');
    await bench.database.pool.query(
      `UPDATE deliveries SET leased_by = gen_random_uuid(), due_at = now() + interval '1 minute'`,
    );
    expect((await deliveries('retry', id, '--force')).error?.message).to.contain('an attempt is under way');
  });

  it('enable a target that answered 410', async () => {
    await bench.database.pool.query(`INSERT INTO disabled_targets (target, url_hash) VALUES ('owner', 'x')`);
    expect((await deliveries('enable', 'owner')).lines).to.deep.equal(['enabled owner']);
    expect((await deliveries('enable', 'owner')).error?.message).to.equal('the target owner is not disabled');
  });
});

describe('orderbell vapid', () => {
  it('makes a pair of keys that fit each other, as settings and as JSON', async () => {
    const { lines } = await runCli(['vapid'], {});
    const [publicKey = '', privateKey = ''] = lines.map((line) => line.split('=')[1] ?? '');
    expect(lines.map((line) => line.split('=')[0])).to.deep.equal([
      'ESCALATION_VAPID_PUBLIC_KEY',
      'ESCALATION_VAPID_PRIVATE_KEY',
    ]);
    const curve = createECDH('prime256v1');
    curve.setPrivateKey(privateKey, 'base64url');
    expect(curve.getPublicKey('base64url')).to.equal(publicKey);
    const other = JSON.parse((await runCli(['vapid', '--json'], {})).lines[0] ?? '');
    expect(other.privateKey).not.to.equal(privateKey);
  });
});
