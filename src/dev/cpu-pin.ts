/**
 * One CPU for RabbitMQ while it starts. Erlang loads a thousand modules by passing each file access from thread to
 * thread, which on a virtual machine means waking another CPU each time: on two virtual CPUs a start took 11 to 18 s
 * free and 6.3 s on one. Once it answers it gets all CPUs back. Does nothing where there is no `taskset`.
 */

import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { runCommand } from './command.ts';

export interface BootPin {
  /** Goes before the command; empty if nothing can be pinned. */
  prefix: string[];
  /** Gives the process, with all its threads, its CPUs back. */
  release(pid: number): Promise<void>;
}

export async function bootPin(): Promise<BootPin> {
  const all = allowedCpus();
  const first = /^\d+/.exec(all)?.[0];
  const none = { prefix: [], release: async () => {} };
  if (first === undefined || availableParallelism() < 2) return none;
  const prefix = ['taskset', '--cpu-list', first];
  const works = await runCommand('taskset', ['--cpu-list', first, 'true']);
  if (works.code !== 0) return none;
  return {
    prefix,
    async release(pid) {
      await runCommand('taskset', ['--all-tasks', '--cpu-list', '--pid', all, String(pid)]);
    },
  };
}

/** Such as `0-3,6`; empty where the system does not say. */
function allowedCpus(): string {
  try {
    return /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
  } catch {
    return '';
  }
}
