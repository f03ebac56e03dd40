/**
 * A private RabbitMQ: own node, data, ports, password and Erlang name server, all on loopback, untouched by what
 * /etc/rabbitmq says. Guarantees the same node name on every run, without which its data would not be found again.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { bootPin } from './cpu-pin.ts';
import { freeLoopbackPorts } from './ports.ts';
import type { PrivateServerOptions, PrivateServerStarted } from './postgres.ts';
import { awaitAnswer, spawnServer } from './private-server.ts';
import { endProcess, type ProcessId } from './process-identity.ts';
import type { RabbitmqPrograms } from './programs.ts';
import { cleanEnv, keptPassword } from './secret.ts';
import type { PrivateServer } from './state.ts';

const NODE_NAME = 'orderbell@localhost';
/** The one user of a private RabbitMQ, who may do everything. */
export const RABBITMQ_USER = 'orderbell';

/** Starts it and resolves once it answers. The caller ends its processes, also after a rejection. */
export async function startRabbitmq(
  programs: RabbitmqPrograms,
  options: PrivateServerOptions,
): Promise<PrivateServerStarted> {
  const dir = resolve(options.dir, 'rabbitmq');
  mkdirSync(dir, { recursive: true });
  const preferred = options.preferredPort ? [options.preferredPort] : [];
  const [port = 0, distPort = 0, epmdPort = 0] = await freeLoopbackPorts(3, preferred);
  const password = keptPassword(join(dir, 'password'));
  const place: NodePlace = { dir, name: NODE_NAME, address: '127.0.0.1', port, distPort, epmdPort };
  const schedulers = Math.min(4, availableParallelism());
  writeNodeFiles(place, password);

  const server: PrivateServer = {
    kind: 'private',
    url: `amqp://${RABBITMQ_USER}:${password}@127.0.0.1:${port}`,
    processes: [],
  };
  // The node goes before its name server: that is the order of stopping.
  const record = (id: ProcessId) => {
    server.processes.unshift(id);
    options.record(server);
  };
  const pin = await bootPin();
  // The number of schedulers is said, since pinned to one CPU the VM would count one.
  const env = nodeEnvironment(place, `+S ${schedulers}:${schedulers}`);
  // Erlang would start one that stays behind as a daemon: ours is there first.
  await spawnServer(
    {
      title: 'epmd',
      file: programs.epmd,
      args: ['-port', String(epmdPort), '-address', '127.0.0.1'],
      env,
      cwd: dir,
      logFile: join(dir, 'epmd.log'),
    },
    record,
  );
  const logFile = join(dir, 'rabbitmq.log');
  const [file = programs.server, ...args] = [...pin.prefix, programs.server];
  const node = await spawnServer({ title: 'RabbitMQ', file, args, env, cwd: dir, logFile }, record);
  const { url, processes } = server;
  const version = await awaitAnswer({
    name: 'rabbitmq',
    title: 'RabbitMQ',
    url,
    processes,
    logFile,
    seconds: 90,
    signal: options.signal,
  });
  await pin.release(node.pid);
  return { server, version };
}

/** Ends the node, then its name server. */
export async function stopRabbitmq(processes: readonly ProcessId[]): Promise<void> {
  for (const id of processes) await endProcess(id, 'SIGTERM', 20_000);
}

/** One node: its directory, its name, and where it listens. */
export interface NodePlace {
  dir: string;
  /** `orderbell@localhost`. What follows the @ has to lead to `address`. */
  name: string;
  /** The only one on which it listens, for clients and for other nodes. */
  address: string;
  port: number;
  distPort: number;
  epmdPort: number;
}

/** Makes the directories and the configuration of a node; `more` are further lines of the latter. */
export function writeNodeFiles(place: NodePlace, password: string, more: readonly string[] = []): void {
  const { dir, address, port } = place;
  for (const name of ['home', 'data', 'log', 'conf.d']) mkdirSync(join(dir, name), { recursive: true });
  const configuration = [
    `listeners.tcp.local = ${address}:${port}`,
    `default_user = ${RABBITMQ_USER}`,
    `default_pass = ${password}`,
    'log.console = true',
    'log.file = false',
    ...more,
    '',
  ].join('\n');
  writeFileSync(join(dir, 'enabled_plugins'), '[].\n');
  writeFileSync(join(dir, 'rabbitmq.conf'), configuration, { mode: 0o600 });
}

/** What a node and its name server are started with; `flags` are further arguments of the Erlang VM. */
export function nodeEnvironment(place: NodePlace, flags: string): NodeJS.ProcessEnv {
  const { dir, name, address, distPort, epmdPort } = place;
  const interfaceTuple = `{${address.replaceAll('.', ',')}}`;
  return {
    ...cleanEnv(/^(RABBITMQ_|ERL_)/),
    HOME: join(dir, 'home'),
    ERL_EPMD_ADDRESS: address,
    ERL_EPMD_PORT: String(epmdPort),
    RABBITMQ_ADVANCED_CONFIG_FILE: join(dir, 'advanced.config'),
    RABBITMQ_CONFIG_FILE: join(dir, 'rabbitmq.conf'),
    RABBITMQ_CONFIG_FILES: join(dir, 'conf.d'),
    RABBITMQ_CONF_ENV_FILE: join(dir, 'rabbitmq-env.conf'),
    RABBITMQ_DIST_PORT: String(distPort),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(dir, 'enabled_plugins'),
    RABBITMQ_LOG_BASE: join(dir, 'log'),
    RABBITMQ_MNESIA_BASE: join(dir, 'data'),
    RABBITMQ_NODENAME: name,
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: `-kernel inet_dist_use_interface ${interfaceTuple} ${flags}`,
    // Makes the start script become the Erlang VM instead of waiting for it: one process to know, not two.
    RUNNING_UNDER_SYSTEMD: 'true',
  };
}
