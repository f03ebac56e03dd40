/**
 * What can go wrong, and the seeded choice of it. A fault is injected, held for a while and healed; whatever it hits is
 * whole again when `inject` resolves.
 */

import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { Member } from '../support/fleet.ts';
import type { Random } from '../support/random.ts';
import type { ChaosServer } from './servers.ts';
import type { Watcher } from './watcher.ts';

export interface Fault {
  /** Counted together in the report. */
  kind: string;
  /** What it hits: no two faults are held on the same at once. */
  target: string;
  inject(): Promise<void>;
}

export interface Field {
  members: readonly Member[];
  servers: { postgres: ChaosServer; rabbitmq: ChaosServer };
  watchers(): readonly Watcher[];
}

/** The next fault that hits none of `busy`; the same seed gives the same sequence. */
export function chooseFault(field: Field, random: Random, busy: ReadonlySet<string>): Fault {
  for (;;) {
    const fault = anyFault(field, random);
    if (!busy.has(fault.target)) return fault;
  }
}

function anyFault(field: Field, random: Random): Fault {
  const member = random.pick(field.members);
  const link = random.pick(['postgres', 'rabbitmq'] as const);
  const proxy = member.links[link];
  const server = random.pick(Object.values(field.servers));
  const holdMs = random.between(200, 6_000);
  const longMs = random.between(1_000, 12_000);

  const faults: [weight: number, fault: Fault][] = [
    [5, { kind: 'process killed', target: member.name, inject: () => killed(member, holdMs / 4) }],
    [2, { kind: 'process restarted', target: member.name, inject: () => restarted(member) }],
    [3, { kind: 'process stopped and continued', target: member.name, inject: () => held(member, longMs) }],
    [3, { kind: `link to ${link} cut`, target: member.name, inject: () => cut(proxy, holdMs / 4) }],
    [3, { kind: `link to ${link} half-open`, target: member.name, inject: () => halfOpen(proxy, longMs) }],
    [
      2,
      {
        kind: `link to ${link} slow`,
        target: member.name,
        inject: () => slow(proxy, random.between(50, 400), holdMs),
      },
    ],
    [
      2,
      { kind: `${server.name} killed`, target: server.name, inject: () => down(server, 'kill', holdMs / 4) },
    ],
    [
      1,
      {
        kind: `${server.name} restarted`,
        target: server.name,
        inject: () => down(server, 'stop', holdMs / 4),
      },
    ],
    [
      1,
      {
        kind: 'rabbitmq alarm',
        target: 'rabbitmq',
        inject: () => alarm(field.servers.rabbitmq, holdMs),
      },
    ],
    [
      2,
      {
        kind: 'database connections terminated',
        target: 'postgres',
        inject: () => terminate(field.servers.postgres),
      },
    ],
    [
      2,
      {
        kind: 'clients cut',
        target: 'clients',
        inject: () => cutAll(field.watchers()),
      },
    ],
    [1, { kind: 'clients frozen', target: 'clients', inject: () => frozen(field.watchers(), holdMs) }],
  ];
  let ticket = random.next() * faults.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, fault] of faults) {
    ticket -= weight;
    if (ticket < 0) return fault;
  }
  throw new Error('the weights do not add up');
}

async function killed(member: Member, ms: number): Promise<void> {
  await member.end('SIGKILL');
  await pause(ms);
  await member.start();
}

async function restarted(member: Member): Promise<void> {
  const code = await member.end('SIGTERM');
  if (code !== 0) throw new Error(`${member.name} ended with ${code} after SIGTERM`);
  await member.start();
}

async function held(member: Member, ms: number): Promise<void> {
  member.hold();
  await pause(ms);
  member.release();
}

async function cut(link: Member['links']['postgres'], ms: number): Promise<void> {
  link.cut();
  await pause(ms);
  link.restore();
}

async function halfOpen(link: Member['links']['postgres'], ms: number): Promise<void> {
  link.pause();
  await pause(ms);
  link.restore();
}

async function slow(link: Member['links']['postgres'], delayMs: number, ms: number): Promise<void> {
  link.delay(delayMs);
  await pause(ms);
  link.delay(0);
}

async function down(server: ChaosServer, how: 'kill' | 'stop', ms: number): Promise<void> {
  await server.down(how);
  await pause(ms);
  await server.up();
}

/** As an operator would, or a failing-over pooler: all of them at once. */
async function terminate(postgres: ChaosServer): Promise<void> {
  const client = new pg.Client({ connectionString: postgres.url() });
  await client.connect();
  await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1', [
    'orderbell',
  ]);
  await client.end();
}

async function frozen(watchers: readonly Watcher[], ms: number): Promise<void> {
  for (const watcher of watchers) watcher.freeze(true);
  await pause(ms);
  for (const watcher of watchers) watcher.freeze(false);
}

/** As on a machine that runs out of memory: publishers are blocked, consumers go on. */
async function alarm(rabbitmq: ChaosServer, ms: number): Promise<void> {
  const watermark = (share: string) => rabbitmq.run(RABBITMQCTL, ['set_vm_memory_high_watermark', share]);
  await watermark('0.00001');
  await pause(ms);
  await watermark('0.4');
}

/** The script that takes any user; the one on the PATH insists on RabbitMQ's own. */
const RABBITMQCTL = '/usr/lib/rabbitmq/bin/rabbitmqctl';

async function cutAll(watchers: readonly Watcher[]): Promise<void> {
  for (const watcher of watchers) watcher.cut();
}
