import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { fail, ok, takeLooks } from '../../../src/commands/doctor/finding.ts';
import { skewFinding } from '../../../src/commands/doctor/postgres.ts';
import { membersFinding } from '../../../src/commands/doctor/queue-members.ts';
import { standingFinding, versionFinding } from '../../../src/commands/doctor/rabbitmq.ts';
import { replicationFinding } from '../../../src/commands/doctor/replication.ts';
import { nodeFinding, unloadableFinding } from '../../../src/commands/doctor/runtime.ts';
import { validityFinding } from '../../../src/commands/doctor/tls.ts';

describe('the doctor’s judgement', () => {
  it('of Node.js is that of package.json', () => {
    const { engines } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
    const [, oldest = ''] = /^>=([\d.]+)$/.exec(engines.node) ?? [];
    expect(nodeFinding(`${oldest}.0`).state).to.equal('ok');
    expect(nodeFinding('20.9.0')).to.include({ state: 'fail', todo: `install ${oldest} or newer` });
    expect(nodeFinding('18.20.0').state).to.equal('fail');
    expect(nodeFinding('22.0.0').state).to.equal('ok');
  });

  const debian12 = { platform: 'linux', arch: 'x64', glibc: '2.36' };

  it('of a binary that wants another C library names that first, and the newest that it wants', () => {
    const said =
      "This version of uWS.js supports only Node.js versions 16, 18, 20\n\nError: libm.so.6: version `GLIBC_2.9' " +
      "not found (required by uws.node)\nlibc.so.6: version `GLIBC_2.38' not found (required by uws.node)";
    const { says, todo } = unloadableFinding(said, '24.1.0', debian12);
    expect(says).to.match(/: for Node\.js 24\.1\.0 it needs glibc 2\.38, and this machine has 2\.36$/);
    expect(todo).to.match(/^take a newer system, such as Debian 13 .*, or Node\.js 20/);
  });

  it('of a binary on a system without glibc is to take one with it', () => {
    const said = 'Error: Error loading shared library ld-linux-x86-64.so.2: No such file or directory';
    const { says, todo } = unloadableFinding(said, '24.1.0', { ...debian12, glibc: undefined });
    expect(says).to.match(/this system has no glibc$/);
    expect(todo).to.match(/instead of Alpine$/);
  });

  it('of a Node.js for which there is no binary is to take another one', () => {
    const said = "supports only Node.js versions 16\n\nError: Cannot find module './uws_linux_x64_147.node'";
    const { says, todo } = unloadableFinding(said, '26.0.0', debian12);
    expect(says).to.match(/it has no build for Node\.js 26\.0\.0 on linux x64$/);
    expect(todo).to.equal('take Node.js 20, 22 or 24');
  });

  it('of whatever else keeps the binary from loading is what the loader says', () => {
    expect(unloadableFinding('no such thing\nand more', '24.1.0', debian12).says).to.match(
      /: no such thing$/,
    );
  });

  it('of a queue is that it is on every node of the cluster', () => {
    const queues = [
      { name: 'a', members: 3 },
      { name: 'b', members: 1 },
    ];
    expect(membersFinding(3, queues)).to.include({ state: 'warn', says: 'b is on 1 of 3 nodes' });
    expect(membersFinding(1, queues).state).to.equal('ok');
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
