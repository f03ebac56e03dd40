/** RabbitMQ and Postgres of a run, as single private instances with durable writes, and what can go wrong with them. */

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { killPrivate, startPrivate, stopPrivate } from '../../src/dev/private-stack.ts';
import type { ServerName } from '../../src/dev/probes.ts';
import { signalProcess } from '../../src/dev/process-identity.ts';
import type { Programs } from '../../src/dev/programs.ts';
import type { PrivateServer } from '../../src/dev/state.ts';
import type { Random } from '../support/random.ts';
import type { Fault, FaultSource } from './faults.ts';

/** One server, or several that stand for one. */
export interface ChaosServer {
  name: ServerName;
  /** Where it is now. */
  url(): string;
  /** What can go wrong with it. */
  faults: FaultSource;
  /** Called when it is elsewhere from now on; resolves when nothing leads to the old place any more. */
  onMoved(move: (url: string) => Promise<void>): void;
  /** Ends it for good, in order or at once. */
  end(how: 'stop' | 'kill'): Promise<void>;
}

/** A server that can be ended and started again on its data. */
interface Instance {
  name: ServerName;
  down(how: 'stop' | 'kill'): Promise<void>;
  up(): Promise<void>;
}

/** Resolves once it answers. */
export async function startChaosServer(
  name: ServerName,
  programs: Programs,
  dir: string,
): Promise<ChaosServer> {
  let move = async (_url: string) => {};
  let server: PrivateServer = await start(undefined);

  async function start(preferredPort: number | undefined): Promise<PrivateServer> {
    const options = { dir, durable: true, preferredPort, say: () => {}, record: () => {} };
    return (await startPrivate(name, programs, options)).server;
  }
  const instance: Instance = {
    name,
    async down(how) {
      if (how === 'stop') return stopPrivate(name, server.processes);
      for (const id of server.processes) signalProcess(id, 'SIGKILL');
      // What a killed Postgres leaves of itself leaves by itself; RabbitMQ's name server was killed with it.
      if (name === 'rabbitmq') killPrivate(name, server.processes);
    },
    async up() {
      const before = server.url;
      server = await start(Number(new URL(before).port));
      if (server.url !== before) await move(server.url);
    },
  };
  const url = () => server.url;
  const own = name === 'postgres' ? postgresFaults(url) : alarmFaults(() => server);
  return {
    name,
    url,
    faults: (random) => [...instanceFaults(instance, random), ...own(random)],
    onMoved(moved) {
      move = moved;
    },
    end: instance.down,
  };
}

/** It is killed, or restarted in order. */
export function instanceFaults(instance: Instance, random: Random): Fault[] {
  const downMs = random.between(50, 1_500);
  const { name: target } = instance;
  return [
    { kind: `${target} killed`, target, weight: 1, inject: () => downAndUp(instance, 'kill', downMs) },
    { kind: `${target} restarted`, target, weight: 0.5, inject: () => downAndUp(instance, 'stop', downMs) },
  ];
}

async function downAndUp(instance: Instance, how: 'kill' | 'stop', ms: number): Promise<void> {
  await instance.down(how);
  await pause(ms);
  await instance.up();
}

/** What an operator, or a pooler that fails over, does to connections. */
export function postgresFaults(url: () => string): FaultSource {
  const inject = async () => {
    const client = new pg.Client({ connectionString: url() });
    await client.connect();
    await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1', [
      'orderbell',
    ]);
    await client.end();
  };
  return () => [{ kind: 'database connections terminated', target: 'postgres', weight: 2, inject }];
}

/** The script that takes any user; the one on the PATH insists on RabbitMQ's own. */
const RABBITMQCTL = '/usr/lib/rabbitmq/bin/rabbitmqctl';

/** As on a machine that runs out of memory: publishers are blocked, consumers go on. */
function alarmFaults(server: () => PrivateServer): FaultSource {
  const watermark = (share: string) => {
    const [node] = server().processes;
    const environment = readFileSync(`/proc/${node?.pid}/environ`, 'utf8').split('\0');
    const env = Object.fromEntries(environment.map((line) => line.split(/=(.*)/s).slice(0, 2)));
    return promisify(execFile)(RABBITMQCTL, ['set_vm_memory_high_watermark', share], { env });
  };
  return (random) => {
    const ms = random.between(200, 6_000);
    const inject = async () => {
      await watermark('0.00001');
      await pause(ms);
      await watermark('0.4');
    };
    return [{ kind: 'rabbitmq alarm', target: 'rabbitmq', weight: 1, inject }];
  };
}
