/** Starting and stopping one private server of a directory, again where it failed for what passes. */

import { StackError } from './errors.ts';
import {
  type PrivateServerOptions,
  type PrivateServerStarted,
  startPostgres,
  stopPostgres,
} from './postgres.ts';
import { isPassing } from './private-server.ts';
import type { ServerName } from './probes.ts';
import { isAlive, type ProcessId, signalProcess } from './process-identity.ts';
import type { Programs } from './programs.ts';
import { startRabbitmq, stopRabbitmq } from './rabbitmq.ts';

/** Resolves once it answers. Whatever it leaves after a rejection is ended. */
export async function startPrivate(
  name: ServerName,
  programs: Programs,
  options: PrivateServerOptions,
): Promise<PrivateServerStarted> {
  for (let attempt = 1; ; attempt++) {
    let processes: readonly ProcessId[] = [];
    const record: PrivateServerOptions['record'] = (server) => {
      processes = server.processes;
      options.record(server);
    };
    try {
      const preferredPort = attempt === 1 ? options.preferredPort : undefined;
      return await start(name, programs, { ...options, preferredPort, record });
    } catch (error) {
      await stopPrivate(name, processes);
      if (attempt === 3 || !isPassing(error)) throw error;
    }
  }
}

export async function stopPrivate(name: ServerName, processes: readonly ProcessId[]): Promise<void> {
  if (name === 'rabbitmq') await stopRabbitmq(processes);
  else for (const id of processes) await stopPostgres(id);
}

/**
 * Ends them without waiting. A Postgres that is killed cannot end its children, each of which leads a group of its
 * own; SIGQUIT makes it kill them and leave at once. RabbitMQ's helpers go when their pipe to it closes.
 */
export function killPrivate(name: ServerName, processes: readonly ProcessId[]): void {
  for (const id of processes) signalProcess(id, name === 'postgres' ? 'SIGQUIT' : 'SIGKILL');
}

export function allAlive(processes: readonly ProcessId[]): boolean {
  return processes.length > 0 && processes.every(isAlive);
}

function start(
  name: ServerName,
  programs: Programs,
  options: PrivateServerOptions,
): Promise<PrivateServerStarted> {
  if (name === 'postgres') return startPostgres(programs.postgres, options);
  if (programs.rabbitmq === undefined) throw new StackError('programs-missing', 'RabbitMQ is not installed');
  return startRabbitmq(programs.rabbitmq, options);
}
