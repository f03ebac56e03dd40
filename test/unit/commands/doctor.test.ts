import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { fail, ok, takeLooks } from '../../../src/commands/doctor/finding.ts';
import { examinePayments, keyFinding } from '../../../src/commands/doctor/payments.ts';
import { skewFinding } from '../../../src/commands/doctor/postgres.ts';
import { membersFinding } from '../../../src/commands/doctor/queue-members.ts';
import { standingFinding, versionFinding } from '../../../src/commands/doctor/rabbitmq.ts';
import { replicationFinding } from '../../../src/commands/doctor/replication.ts';
import { nodeFinding, originFinding, unloadableFinding } from '../../../src/commands/doctor/runtime.ts';
import { validityFinding } from '../../../src/commands/doctor/tls.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { wechatPair } from '../../support/payments/providers.ts';

describe('the doctor’s judgement', () => {
  it('of Node.js is that of the start', () => {
    const machine = { platform: 'linux', arch: 'x64', abi: '115', glibc: '2.36' };
    expect(nodeFinding({ ...machine, node: '20.10.0' })).to.include({ state: 'ok', says: 'Node.js 20.10.0' });
    const old = nodeFinding({ ...machine, node: '20.9.0' });
    expect(old).to.include({ state: 'fail', says: 'Node 20.9.0 is too old' });
    expect(old.todo).to.equal('use Node 24, or at the least 20.10.0');
  });

  it('of a binary that does not load although it is there is what the loader says', () => {
    const says = (message: string) => unloadableFinding(message).says;
    const wrapped =
      'This version of uWS.js supports only Node.js versions 16, 18, 20\n\nError: libz.so.1: cannot open shared object file';
    expect(says(wrapped)).to.equal('uWebSockets.js does not load: libz.so.1: cannot open shared object file');
    expect(says('no such thing\nand more')).to.match(/: no such thing$/);
  });

  it('of the binary is whether it is the one that was tested', () => {
    const file = 'uws_linux_x64_115.node';
    expect(originFinding(file, 'tested').state).to.equal('ok');
    expect(originFinding(file, 'untested').state).to.equal('warn');
    expect(originFinding(file, 'different')).to.deep.include({
      state: 'warn',
      says: `uWebSockets.js loads, but ${file} is not the tested build`,
    });
  });

  it('of a queue is that it is on every node of the cluster', () => {
    const queues = [
      { name: 'a', members: 3 },
      { name: 'b', members: 1 },
    ];
    expect(membersFinding(3, queues)).to.include({ state: 'warn', says: 'b is on 1 of 3 nodes' });
    expect(membersFinding(1, queues).state).to.equal('ok');
  });

  it('of a payment provider’s certificate is that it does not end within a month', () => {
    const now = Date.UTC(2026, 10, 27);
    const { publicKey } = wechatPair;
    const findingOf = (days: number) =>
      keyFinding(
        'payments.wechat.keys',
        { key: publicKey, file: 'c.pem', validTo: new Date(now + days * 86_400_000) },
        now,
      );
    expect([31, 29, 0, -1].map((days) => findingOf(days).state)).to.deep.equal([
      'ok',
      'warn',
      'warn',
      'warn',
    ]);
    expect(findingOf(29).says).to.match(/c\.pem is valid until 2026-12-26T00:00:00\.000Z, for 29 days$/);
    expect(findingOf(-1).says).to.match(/, which has passed$/);
    expect(keyFinding('payments.wechat.keys', { key: publicKey, file: 'k.pem' }, now).state).to.equal('ok');
  });

  it('of payment providers is silent of our own form, and fails where a key cannot be read', () => {
    const env = { DATABASE_URL: 'postgres://localhost/o', AMQP_URL: 'amqp://localhost' };
    expect(examinePayments(loadConfig(env).payments, 0)).to.deep.equal([]);
    const { payments } = loadConfig({
      ...env,
      PAYMENTS_PROVIDERS: 'alipay',
      PAYMENTS_ALIPAY_PUBLIC_KEY_FILE: '/nowhere/key.pem',
      PAYMENTS_ALIPAY_APP_ID: '1',
      PAYMENTS_ALIPAY_SELLER_ID: '2',
    });
    const [finding] = examinePayments(payments, 0);
    expect(finding).to.deep.include({ state: 'fail', todo: 'see PAYMENTS_ALIPAY_PUBLIC_KEY_FILE' });
  });

  it('of replication is that no commit waits for a standby that is away, and that none is lost', () => {
    const on = { names: '', commit: 'on', standbys: 0, synchronous: 0 };
    const stateOf = (facts: Partial<typeof on>) => replicationFinding({ ...on, ...facts })?.state;
    expect(stateOf({})).to.equal(undefined);
    expect(stateOf({ standbys: 1 })).to.equal('warn');
    expect(stateOf({ names: 'b', standbys: 1, synchronous: 1 })).to.equal('ok');
    expect(stateOf({ names: 'b', standbys: 1, synchronous: 1, commit: 'local' })).to.equal('warn');
    expect(stateOf({ names: 'b' })).to.equal('fail');
    expect(stateOf({ names: 'ANY 2 (b, c)', standbys: 2, synchronous: 2 })).to.equal('ok');
    expect(stateOf({ names: 'FIRST 2 (b, c)', standbys: 1, synchronous: 1 })).to.equal('fail');
    expect(stateOf({ names: '2(b, c)', standbys: 1, synchronous: 1 })).to.equal('fail');
    const unseen = replicationFinding({ ...on, names: 'b', standbys: 1, synchronous: undefined });
    expect(unseen?.says).to.match(/our user may not see$/);
  });

  it('of RabbitMQ is that it is new enough', () => {
    const stateOf = (version: string) => versionFinding(version, 'host', 1).state;
    expect(['3.10.8', '3.13.0', '4.1.0'].map(stateOf)).to.deep.equal(['ok', 'ok', 'ok']);
    expect(['3.9.29', '2.0.0', 'unknown'].map(stateOf)).to.deep.equal(['fail', 'fail', 'fail']);
  });

  it('of a certificate is how long it is valid still', () => {
    const now = Date.parse('2025-03-06T17:14:35Z');
    const inDays = (days: number) => validityFinding(new Date(now + days * 86_400_000), now);
    expect([-1, 0, 13, 14].map((days) => inDays(days).state)).to.deep.equal(['fail', 'warn', 'warn', 'ok']);
    expect(inDays(13).says).to.match(/2025-03-19T17:14:35\.000Z, for 13 days$/);
  });

  it('of the clocks allows for the time that the question took', () => {
    expect(skewFinding(0, 5_000, 6_000).state).to.equal('ok');
    expect(skewFinding(0, 1_999, 1_000).state).to.equal('ok');
    expect(skewFinding(0, 4_000, 1_000)).to.include({
      state: 'warn',
      says: 'that of Postgres is 3.0 s ahead of ours',
    });
    expect(skewFinding(5_000, 1_000, 6_000)).to.include({
      state: 'warn',
      says: 'that of Postgres is 4.0 s behind ours',
    });
  });

  it('of the exchanges puts what differs before what is missing', () => {
    const there = { what: 'exchange a', state: 'as-declared' as const };
    const missing = { what: 'exchange b', state: 'missing' as const };
    const refused = { what: 'queue c', state: 'refused' as const, reason: 'inequivalent arg' };
    expect(standingFinding([there]).state).to.equal('ok');
    expect(standingFinding([there, missing])).to.include({ state: 'warn', says: 'missing: exchange b' });
    expect(standingFinding([there, missing, refused])).to.include({
      state: 'fail',
      says: 'others than ours: queue c: inequivalent arg',
    });
  });
});

describe('the doctor’s looks', () => {
  const found = (check: string) => ({ check, take: async () => ok(check, 'well') });
  const broken = (check: string, message: string) => ({
    check,
    take: () => Promise.reject(new Error(message)),
  });

  it('go on after one that fails, which is a finding itself', async () => {
    const findings = await takeLooks([broken('a', 'why'), found('b')], () => false, 'help');
    expect(findings).to.deep.equal([fail('a', 'why', 'help'), ok('b', 'well')]);
  });

  it('end with one that lost the server', async () => {
    const isLost = (error: unknown) => error instanceof Error && error.message === 'gone';
    const findings = await takeLooks([broken('a', 'gone'), found('b')], isLost, 'help');
    expect(findings).to.deep.equal([fail('a', 'gone', 'help')]);
  });

  it('end with one that has no answer in time', async () => {
    const silent = { check: 'a', take: () => pause(60_000, undefined, { ref: false }) };
    const findings = await takeLooks([silent, found('b')], () => false, 'help', 10);
    expect(findings).to.have.length(1);
    expect(findings[0]).to.include({ check: 'a', state: 'fail' });
    expect(findings[0]?.says).to.match(/took more than 10 ms/);
  });

  it('say nothing where there is nothing to say', async () => {
    const findings = await takeLooks([{ check: 'a', take: async () => undefined }], () => false, 'help');
    expect(findings).to.deep.equal([]);
  });
});
