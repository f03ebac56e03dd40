/**
 * The chaos suite: a fleet of real processes on a real RabbitMQ and Postgres, faults at random points of all of them,
 * and then the proof over the whole history that nothing was lost, doubled, out of order or invented.
 *
 * `EVENTS` at least so many events, `FAULTS` so many faults, `MINUTES` no new fault after so long, `RATE` events a second,
 * `SEED` repeats the sequence of faults and their targets (their timing is the machine's). `STANDBY=1`: Postgres has a
 * synchronous standby and fails over to it. `CLUSTER=3`: RabbitMQ is three nodes, which are lost and fall apart. Exits with 1
 * if a guarantee broke.
 */

import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { migrateUp } from '../../db/migrate.ts';
import { havePrograms } from '../../src/dev/stack.ts';
import { createMember, type Member } from '../support/fleet.ts';
import { createRandom } from '../support/random.ts';
import { checkHistory, isClean } from './checker.ts';
import { startClusteredServer } from './clustered-server.ts';
import { createCrowd } from './crowd.ts';
import { keepBell } from './escalation/bell.ts';
import { checkEscalation } from './escalation/checker.ts';
import { collectEscalation, untilLaddersEnd } from './escalation/harvest.ts';
import { createLadder, LADDER_SHOPS, policyOf } from './escalation/ladder.ts';
import { startReceiver } from './escalation/receiver.ts';
import { chooseFault, clientFaults, type FaultSource, linkFaults, processFaults } from './faults.ts';
import { collectHistory, untilSettled } from './harvest.ts';
import { startReplicatedServer } from './replicated-server.ts';
import { printReport, type Struck, slowestOf } from './report.ts';
import { createRotation } from './rotation.ts';
import { startChaosServer } from './servers.ts';
import { FLEET, FLEET_ENV, PREFIX, settings } from './settings.ts';
import { createTraffic } from './traffic.ts';

const RECOVERY_DEADLINE_MS = 120_000;

const random = createRandom(settings.seed);
/** Of its own: when something is drawn here depends on the machine, and the faults must not. */
const chance = createRandom(random.seed + 1);
const say = (line: string) =>
  console.log(`${((performance.now() - started) / 1000).toFixed(1).padStart(7)} s  ${line}`);
const started = performance.now();
const crashes: string[] = [];

const dir = mkdtempSync(join(tmpdir(), 'orderbell-chaos-'));
chmodSync(dir, 0o711);
const programs = await havePrograms(['postgres', 'rabbitmq'], say);
const replicated = settings.standby ? await startReplicatedServer() : undefined;
const [postgres, rabbitmq] = await Promise.all([
  replicated ?? startChaosServer('postgres', programs, dir),
  settings.cluster ? startClusteredServer(say) : startChaosServer('rabbitmq', programs, dir),
]);
const urls = () => ({ postgres: postgres.url(), rabbitmq: rabbitmq.url() });
await migrateUp(postgres.url());
await keepBell(rabbitmq.url(), PREFIX);
const receiver = await startReceiver(chance);
const fleetEnv = {
  ...FLEET_ENV,
  ESCALATION_TARGETS: receiver.targets,
  ESCALATION_ALLOW_PRIVATE_TARGETS: 'true',
};
/** Longer than any outage: an alert that expires unheard would break the guarantee. */
const expireAfterSeconds = settings.standby || settings.cluster ? 180 : 60;

const members: Member[] = [];
for (const [role, count] of Object.entries(FLEET)) {
  for (let index = 1; index <= count; index++) {
    members.push(
      await createMember(`${role}-${index}`, role, {
        entry: ['dist/src/main.js'],
        urls: urls(),
        env: fleetEnv,
        logDir: dir,
        onCrash(name, detail) {
          say(`CRASH: ${name} ${detail}`);
          crashes.push(`${name} ${detail}`);
        },
      }),
    );
  }
}
for (const server of [postgres, rabbitmq]) {
  // One after the other, as the processes of a real fleet do.
  server.onMoved(async (url) => {
    for (const { links } of members) {
      links[server.name].moveTo(url);
      links[server.name].drop();
      await pause(chance.between(0, 100));
    }
  });
}
await Promise.all(members.map((member) => member.start()));
say(`seed ${random.seed}: ${members.length} processes are up`);

const anyOf = (role: string) => {
  const up = members.filter((member) => member.roles === role && member.url !== undefined);
  return up[Math.floor(Math.random() * up.length)]?.url;
};
const crowd = createCrowd(() => anyOf('gateway'), chance);
const traffic = createTraffic({
  random: chance,
  rate: settings.rate,
  brokerUrl: rabbitmq.url,
  http: () => anyOf('http'),
});
const ladder = createLadder({
  random: chance,
  rate: settings.ladderRate,
  brokerUrl: rabbitmq.url,
  gateway: () => anyOf('gateway'),
});
const rotation = createRotation(urls);
const sources: FaultSource[] = [
  processFaults(members),
  linkFaults(members),
  clientFaults(crowd.present),
  postgres.faults,
  rabbitmq.faults,
  rotation.faults,
];

/** From now until an event that is published now has reached a client. In milliseconds. */
async function recoveryTime(): Promise<number> {
  const from = performance.now();
  const { eventId } = traffic.publish('probe');
  const at = await Promise.race([
    crowd.probe.sees(eventId),
    pause(RECOVERY_DEADLINE_MS, Number.POSITIVE_INFINITY, { ref: false }),
  ]);
  return at - from;
}

const struck = new Map<string, Struck>();
const busy = new Set<string>();
async function injectOne(): Promise<void> {
  const fault = chooseFault(sources, random, busy);
  say(`${fault.kind} (${fault.target})`);
  busy.add(fault.target);
  await fault.inject();
  busy.delete(fault.target);
  const recovered = await recoveryTime();
  const { count, slowest } = struck.get(fault.kind) ?? { count: 0, slowest: 0 };
  struck.set(fault.kind, { count: count + 1, slowest: Math.max(slowest, recovered) });
  if (recovered > 5_000) say(`recovered after ${(recovered / 1000).toFixed(1)} s`);
}

/** Interrupted, it leaves nothing running either. */
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    const ended = [
      ...members.map((member) => member.end('SIGKILL')),
      postgres.end('kill'),
      rabbitmq.end('kill'),
    ];
    void Promise.allSettled(ended).then(() => process.exit(1));
  });
}

async function injectFaults(): Promise<void> {
  const deadline = started + settings.minutes * 60_000;
  for (let injected = 0; injected < settings.faults && performance.now() < deadline; injected++) {
    // Now and then a second fault strikes while the first is still held.
    const strikes = random.chance(0.25) && injected + 1 < settings.faults ? 2 : 1;
    await Promise.all(Array.from({ length: strikes }, injectOne));
    injected += strikes - 1;
  }
}

async function setPolicies(): Promise<void> {
  const body = JSON.stringify(policyOf(expireAfterSeconds));
  for (const shop of LADDER_SHOPS) {
    const url = `${anyOf('http')}/shops/${shop}/escalation-policy`;
    const { status } = await fetch(url, { method: 'PUT', body });
    if (status >= 300) throw new Error(`no policy for ${shop}: ${status}`);
  }
}

let exitCode = 1;
try {
  await setPolicies();
  const background = [traffic.run(), crowd.churn(), ladder.run()];
  await injectFaults();
  while (traffic.published.length + traffic.confirmedPayments.length < settings.events) await pause(100);
  traffic.stop();
  crowd.closeDoors();
  ladder.stop();
  say('no further faults: waiting until all is settled');
  await Promise.all(background);
  await untilSettled({
    underWay: () => traffic.underWay.size + ladder.underWay.size,
    databaseUrl: postgres.url(),
    watching: crowd.present,
    deadlineMs: 120_000,
  });
  await untilLaddersEnd(postgres.url(), (expireAfterSeconds + 60) * 1000);
  const history = await collectHistory({
    databaseUrl: postgres.url(),
    brokerUrl: rabbitmq.url(),
    prefix: PREFIX,
    published: [...traffic.published, ...ladder.published],
    reminders: traffic.reminders,
    confirmedPayments: traffic.confirmedPayments,
    logChanges: rotation.rotations() + (replicated?.failovers() ?? 0),
    clients: crowd.clients(),
    plainClients: crowd.plainClients(),
  });
  const escalation = await collectEscalation({
    databaseUrl: postgres.url(),
    brokerUrl: rabbitmq.url(),
    prefix: PREFIX,
    resolutions: ladder.resolutions,
    observedReceipts: ladder.tills.flatMap(({ receipts }) => receipts),
    received: receiver.received,
  });
  const verdict = checkHistory(history);
  checkEscalation(escalation, verdict);
  printReport({ seed: random.seed, struck, history, escalation, verdict, crashes: crashes.length });
  if (isClean(verdict) && crashes.length === 0 && Number.isFinite(slowestOf(struck))) exitCode = 0;
} catch (error) {
  console.error(error);
} finally {
  crowd.end();
  await Promise.all([traffic.close(), ladder.close()]);
  for (const member of members) member.release();
  await Promise.all(members.map((member) => member.end('SIGKILL')));
  await Promise.all(members.flatMap(({ links }) => [links.postgres.close(), links.rabbitmq.close()]));
  await Promise.all([postgres.end('stop'), rabbitmq.end('stop'), receiver.close()]);
  if (exitCode === 0) rmSync(dir, { recursive: true, force: true });
  else console.log(`\nthis was SEED=${random.seed}; the processes' logs are in ${dir}`);
}
process.exitCode = exitCode;
