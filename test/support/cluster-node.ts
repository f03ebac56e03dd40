/**
 * One node of a RabbitMQ cluster on this machine: a private process that can be killed, held and cut off. It ends with
 * this process, whichever way that ends, where the system can see to that.
 */

import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { runCommand } from '../../src/dev/command.ts';
import { awaitAnswer, spawnServer } from '../../src/dev/private-server.ts';
import { endProcess, type ProcessId, signalProcess } from '../../src/dev/process-identity.ts';
import type { RabbitmqPrograms } from '../../src/dev/programs.ts';
import { type NodePlace, nodeEnvironment, RABBITMQ_USER, writeNodeFiles } from '../../src/dev/rabbitmq.ts';
import type { NetHost } from './net-namespaces.ts';

export interface ClusterNode {
  /** `n1@127.0.0.1` */
  readonly name: string;
  /** Where clients reach it; the same after a restart, and while it is isolated. */
  readonly url: string;
  /** Starts it, or starts it again on its data; resolves once it answers. */
  start(): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** In order, as on SIGTERM. */
  stop(): Promise<void>;
  /** SIGSTOP and SIGCONT: its links stay, and nothing comes from it. */
  hold(): void;
  release(): void;
  /** Drops all packets between it and the other nodes, but not those of clients. Rejects without a network. */
  isolate(): Promise<void>;
  /** After `isolate`. */
  heal(): Promise<void>;
  /** Evaluates Erlang on it. The atoms of its answer, a list; empty if it fails or does not answer in time. */
  evaluate(expression: string): Promise<string[]>;
}

export interface ClusterPlace extends NodePlace {
  url: string;
  /** Where it runs if the cluster has a network of its own. */
  host: NetHost | undefined;
}

export interface NodeOptions {
  programs: RabbitmqPrograms;
  /** Further lines of its configuration. */
  configuration: readonly string[];
  /** A silent node counts as down after so long. */
  netTickSeconds: number;
}

const PASSWORD = 'cluster';
const COOKIE = 'orderbellcluster';
/** Three VMs on few processors: one thread each for Erlang code and for files, and none that spins while it waits. */
const VM_FLAGS = '+S 1:1 +SDcpu 1:1 +SDio 2 +A 2 +sbwt none +sbwtdcpu none +sbwtdio none';

export function nodeUrl(port: number): string {
  return `amqp://${RABBITMQ_USER}:${PASSWORD}@127.0.0.1:${port}`;
}

/** Writes its configuration. `nameServer` is there before it starts. */
export async function createNode(
  place: ClusterPlace,
  { programs, configuration, netTickSeconds }: NodeOptions,
): Promise<ClusterNode> {
  const { dir, name, url, host } = place;
  const logFile = join(dir, 'rabbitmq.log');
  mkdirSync(dir, { recursive: true });
  writeNodeFiles(place, PASSWORD, configuration);
  writeFileSync(join(dir, 'home', '.erlang.cookie'), COOKIE, { mode: 0o400 });
  const flags = `${VM_FLAGS} -kernel net_ticktime ${netTickSeconds}`;
  const env = { ...nodeEnvironment(place, flags), RABBITMQ_USE_LONGNAME: 'true' };
  const before = [...(await dyingWithUs()), ...(host?.prefix ?? [])];
  let running: ProcessId | undefined;

  async function end(signal: NodeJS.Signals): Promise<void> {
    const ending = running;
    running = undefined;
    if (ending !== undefined) await endProcess(ending, signal, 20_000);
  }
  return {
    name,
    url,
    async start() {
      const [file = '', ...args] = [...before, programs.server];
      running = await spawnServer({ title: name, file, args, env, cwd: dir, logFile }, (id) => {
        running = id;
      });
      await awaitAnswer({ name: 'rabbitmq', title: name, url, processes: [running], logFile, seconds: 120 });
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    hold: () => running && signalProcess(running, 'SIGSTOP'),
    release: () => running && signalProcess(running, 'SIGCONT'),
    isolate: () => inNetwork(host).cut(),
    heal: () => inNetwork(host).join(),
    evaluate: async (expression) => (running === undefined ? [] : evaluate(place, expression)),
  };
}

/** Erlang's own name server, which would else stay behind as a daemon: one for all nodes of an address. */
export async function startNameServer(place: ClusterPlace, { programs }: NodeOptions): Promise<ProcessId> {
  const { dir, address, epmdPort, host } = place;
  const command = [programs.epmd, '-port', String(epmdPort), '-address', address];
  const [file = '', ...args] = [...(await dyingWithUs()), ...(host?.prefix ?? []), ...command];
  const env = nodeEnvironment(place, '');
  const logFile = join(dir, 'epmd.log');
  return spawnServer({ title: 'epmd', file, args, env, cwd: dir, logFile }, () => {});
}

async function evaluate(place: ClusterPlace, expression: string): Promise<string[]> {
  const { host, name, epmdPort } = place;
  const [file = '', ...args] = [...(host?.prefix ?? []), 'erl_call', '-name', name, '-c', COOKIE, '-e'];
  const child = spawn(file, args, {
    env: { ...process.env, ERL_EPMD_PORT: String(epmdPort) },
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: 5_000,
    killSignal: 'SIGKILL',
  });
  child.on('error', () => {}); // no answer, then
  child.stdin.on('error', () => {}); // it ended without reading
  child.stdin.end(`${expression.replaceAll(/\s+/g, ' ').trim()}\n`); // it takes one line
  const [, list = ''] = /^\{ok, \[(.*)\]\}/s.exec(await text(child.stdout)) ?? [];
  return [...list.matchAll(/[\w@.]+/g)].map(([atom]) => atom);
}

/** What has a command killed when we end; empty where the system cannot do that. */
async function dyingWithUs(): Promise<readonly string[]> {
  const prefix = ['setpriv', '--pdeathsig', 'KILL'];
  const { code } = await runCommand('setpriv', [...prefix.slice(1), 'true']);
  return code === 0 ? prefix : [];
}

function inNetwork(host: NetHost | undefined): NetHost {
  if (host === undefined) throw new Error('this cluster was started without a network');
  return host;
}
