/**
 * The chaos suite: a fleet of real processes on a real RabbitMQ and Postgres, faults at random points of all of them,
 * and then the proof over the whole history that nothing was lost, doubled, out of order or invented.
 *
 * `EVENTS` at least so many events, `FAULTS` so many faults, `MINUTES` no new fault after so long, `SEED` repeats the
 * sequence of faults and their targets (their timing is the machine's). Exits with 1 if a guarantee broke.
 */

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { migrateUp } from '../../db/migrate.ts';
import { havePrograms } from '../../src/dev/stack.ts';
import { createMember, type Member } from '../support/fleet.ts';
import { createRandom } from '../support/random.ts';
import { isClean, judge } from './checker.ts';
import { chooseFault } from './faults.ts';
import { collectHistory, untilSettled } from './harvest.ts';
import type { PublishedEvent, RequestedReminders } from './history.ts';
import { createCustomer, createUpstream } from './senders.ts';
import { startChaosServer } from './servers.ts';
import { startWatcher, type Watcher } from './watcher.ts';

const setting = (name: string, otherwise: number) => Number(process.env[name] ?? otherwise);
const EVENTS = setting('EVENTS', 2_000);
const FAULTS = setting('FAULTS', 15);
const MINUTES = setting('MINUTES', 3);
const RATE = setting('RATE', 60);
const SHOPS = ['north', 'south', 'east', 'west'];
const PREFIX = 'chaos.';
const FLEET = { http: 2, relay: 2, worker: 3, gateway: 3 };
const SILENCE_MS = 8_000;
const RECOVERY_DEADLINE_MS = 120_000;

const random = createRandom(process.env.SEED === undefined ? undefined : Number(process.env.SEED));
/** Of its own: when something is drawn here depends on the machine, and the faults must not. */
const traffic = createRandom(random.seed + 1);
const say = (line: string) =>
  console.log(`${((performance.now() - started) / 1000).toFixed(1).padStart(7)} s  ${line}`);
const started = performance.now();
const faultsOfOurs: string[] = [];

const dir = mkdtempSync(join(tmpdir(), 'orderbell-chaos-'));
chmodSync(dir, 0o711);
const programs = await havePrograms(['postgres', 'rabbitmq'], say);
const [postgres, rabbitmq] = await Promise.all([
  startChaosServer('postgres', programs, dir),
  startChaosServer('rabbitmq', programs, dir),
]);
const servers = { postgres, rabbitmq };
await migrateUp(postgres.url());

const members: Member[] = [];
for (const [role, count] of Object.entries(FLEET)) {
  for (let index = 1; index <= count; index++) {
    members.push(
      await createMember(`${role}-${index}`, role, {
        entry: ['dist/src/main.js'],
        urls: { postgres: postgres.url(), rabbitmq: rabbitmq.url() },
        env: {
          NODE_ENV: 'test',
          // All the traffic comes from one address.
          LIMITS_REQUESTS_PER_SECOND: '0',
          LIMITS_CONNECTS_PER_SECOND: '0',
          LIMITS_CONNECTIONS_PER_ADDRESS: '0',
          LOG_LEVEL: 'info',
          AMQP_PREFIX: PREFIX,
          AMQP_HEARTBEAT_SECONDS: '3',
          DATABASE_STATEMENT_SECONDS: '3',
          RELAY_CONFIRM_SECONDS: '4',
          REMINDERS_COOLDOWN_SECONDS: '0',
          GATEWAY_HEARTBEAT_SECONDS: '2',
          GATEWAY_COMPARE_SECONDS: '2',
          GATEWAY_TAIL_LENGTH: '32',
          DRAIN_SOCKET_SECONDS: '1',
        },
        logDir: dir,
        onCrash(name, detail) {
          say(`CRASH: ${name} ${detail}`);
          faultsOfOurs.push(`${name} ${detail}`);
        },
      }),
    );
  }
}
await Promise.all(members.map((member) => member.start()));
say(`seed ${random.seed}: ${members.length} processes are up`);

const anyOf = (role: string) => {
  const up = members.filter((member) => member.roles === role && member.url !== undefined);
  return up[Math.floor(Math.random() * up.length)]?.url;
};
const gateway = () => anyOf('gateway');
const watchers: Watcher[] = [];
const left: Watcher[] = [];
const open = (shopId: string, name: string) => {
  const watcher = startWatcher({ name, shopId, gateway, silenceMs: SILENCE_MS });
  watchers.push(watcher);
  return watcher;
};
for (const shop of SHOPS) for (const till of ['a', 'b', 'c']) open(shop, `${shop}-${till}`);
const probe = open('probe', 'probe');

const published: PublishedEvent[] = [];
const reminders: RequestedReminders[] = [];
const confirmedPayments: { orderId: string; shopId: string }[] = [];
const upstreams = [1, 2].map(() => createUpstream(rabbitmq.url, `${PREFIX}orders`));
const customer = createCustomer(() => anyOf('http'));
let lastOrderId = 1_000_000_000;
let sending = true;
const underWay = new Set<Promise<unknown>>();
const track = (work: Promise<unknown>) => {
  const settled = work.catch(() => {}).finally(() => underWay.delete(settled));
  underWay.add(settled);
};

function newEvent(shopId: string, invalid: boolean): PublishedEvent {
  const orderId = String(++lastOrderId);
  const event: PublishedEvent = {
    eventId: `${random.seed}-${orderId}`,
    shopId,
    type: traffic.chance(0.7) ? 1 : 2,
    orderId,
    confirmed: false,
    invalid,
  };
  published.push(event);
  return event;
}

async function send(): Promise<void> {
  while (sending) {
    const shopId = traffic.pick(SHOPS);
    if (underWay.size < 500) {
      if (traffic.chance(0.15))
        track(customer.buy(shopId).then((order) => remember(order, traffic.chance(0.5))));
      else {
        const event = newEvent(shopId, traffic.chance(0.01));
        track(traffic.pick(upstreams).publish(event));
        if (traffic.chance(0.05)) track(traffic.pick(upstreams).publish(event)); // upstreams repeat themselves
      }
    }
    await pause(1000 / RATE);
  }
}

function remember(order: { orderId: string; shopId: string }, asks: boolean): void {
  confirmedPayments.push(order);
  if (!asks) return;
  const requested = { ...order, confirmed: 0, attempted: 0 };
  reminders.push(requested);
  track(customer.remind(requested));
}

/** Clients come and go while everything else happens. */
async function churn(): Promise<void> {
  for (let count = 0; sending; count++) {
    await pause(traffic.between(500, 3_000));
    const guest = open(traffic.pick(SHOPS), `guest-${count}`);
    await pause(traffic.between(500, 5_000));
    if (!traffic.chance(0.7)) continue;
    guest.leave();
    watchers.splice(watchers.indexOf(guest), 1);
    left.push(guest);
  }
}

/** From now until an event that is published now has reached a client. In milliseconds. */
async function recoveryTime(): Promise<number> {
  const from = performance.now();
  const event = newEvent('probe', false);
  const seen = probe.sees(event.eventId);
  const [upstream] = upstreams;
  if (upstream) track(upstream.publish(event));
  const at = await Promise.race([
    seen,
    pause(RECOVERY_DEADLINE_MS, Number.POSITIVE_INFINITY, { ref: false }),
  ]);
  return at - from;
}

const counts = new Map<string, { count: number; slowest: number }>();
const busy = new Set<string>();
async function injectOne(): Promise<void> {
  const fault = chooseFault({ members, servers, watchers: () => watchers }, random, busy);
  say(`${fault.kind} (${fault.target})`);
  busy.add(fault.target);
  await fault.inject();
  busy.delete(fault.target);
  const recovered = await recoveryTime();
  const entry = counts.get(fault.kind) ?? { count: 0, slowest: 0 };
  counts.set(fault.kind, { count: entry.count + 1, slowest: Math.max(entry.slowest, recovered) });
  if (recovered > 5_000) say(`recovered after ${(recovered / 1000).toFixed(1)} s`);
}

/** Interrupted, it leaves nothing running either. */
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    const ended = [
      ...members.map((member) => member.end('SIGKILL')),
      postgres.down('kill'),
      rabbitmq.down('kill'),
    ];
    void Promise.allSettled(ended).then(() => process.exit(1));
  });
}

let exitCode = 1;
try {
  const background = [send(), churn()];
  const deadline = started + MINUTES * 60_000;
  let injected = 0;
  for (; injected < FAULTS && performance.now() < deadline; injected++) {
    // Now and then a second fault strikes while the first is still held.
    const strikes = random.chance(0.25) && injected + 1 < FAULTS ? 2 : 1;
    await Promise.all(Array.from({ length: strikes }, injectOne));
    injected += strikes - 1;
  }
  while (published.length + confirmedPayments.length < EVENTS) await pause(100);
  sending = false;
  say('no further faults: waiting until all is settled');
  await Promise.all(background);
  await untilSettled({ underWay, databaseUrl: postgres.url(), watchers, deadlineMs: 120_000 });
  const history = await collectHistory({
    databaseUrl: postgres.url(),
    brokerUrl: rabbitmq.url(),
    prefix: PREFIX,
    published,
    reminders,
    confirmedPayments,
    clients: [...watchers, ...left].map((watcher) => watcher.history),
  });
  const verdict = judge(history);
  const slowest = Math.max(0, ...[...counts.values()].map((entry) => entry.slowest));

  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD']).toString().trim();
  console.log(
    `\n${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}, commit ${commit}, seed ${random.seed}\n`,
  );
  console.log('| fault | times | slowest recovery |\n| --- | --- | --- |');
  for (const [kind, entry] of [...counts].sort()) {
    console.log(`| ${kind} | ${entry.count} | ${(entry.slowest / 1000).toFixed(1)} s |`);
  }
  console.log(`\nfaults injected ${injected}`);
  console.log(
    `events ${history.log.length} logged, ${history.deadLetters.length} dead letters, ${history.clients.length} clients`,
  );
  console.log(`lost ${verdict.lost.length}`);
  console.log(`doubled ${verdict.doubled.length}`);
  console.log(`out of order ${verdict.outOfOrder.length}`);
  console.log(`invented ${verdict.invented.length}`);
  console.log(`crashes ${faultsOfOurs.length}`);
  console.log(`slowest recovery ${(slowest / 1000).toFixed(1)} s`);
  for (const fault of Object.values(verdict).flat().slice(0, 20)) console.log(`  ${fault}`);
  if (isClean(verdict) && faultsOfOurs.length === 0 && Number.isFinite(slowest)) exitCode = 0;
} catch (error) {
  console.error(error);
} finally {
  sending = false;
  customer.stop();
  for (const watcher of watchers) watcher.end();
  await Promise.all(upstreams.map((upstream) => upstream.close()));
  for (const member of members) member.release();
  await Promise.all(members.map((member) => member.end('SIGKILL')));
  await Promise.all(members.flatMap(({ links }) => [links.postgres.close(), links.rabbitmq.close()]));
  await Promise.all([postgres.down('stop'), rabbitmq.down('stop')]);
  if (exitCode === 0) rmSync(dir, { recursive: true, force: true });
  else console.log(`\nthis was SEED=${random.seed}; the processes' logs are in ${dir}`);
}
process.exitCode = exitCode;
