/**
 * Processes of a benchmark that take commands: what each can do is one object of asynchronous functions, called by name
 * over Node's own channel between parent and child. Arguments and answers are what that channel can carry.
 */

import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

type Commands = object;
type Argument<F> = F extends (argument: infer A) => unknown ? A : never;
type Answer<F> = F extends (...given: never[]) => infer R ? Awaited<R> : never;

export interface CommandedProcess<C extends Commands> {
  readonly pid: number;
  /** Rejects with what the command threw, or if the process ends first. */
  ask<K extends keyof C & string>(name: K, argument: Argument<C[K]>): Promise<Answer<C[K]>>;
  stop(): Promise<void>;
}

/** In the child: answers commands until the parent lets go. */
export function takeCommands<C extends Commands>(commands: C): void {
  process.on('message', async ({ id, name, argument }: { id: number; name: string; argument: unknown }) => {
    try {
      const command: unknown = Reflect.get(commands, name);
      if (typeof command !== 'function') throw new Error(`there is no command ${name}`);
      process.send?.({ id, answer: await command(argument) });
    } catch (error) {
      process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  });
  process.on('disconnect', () => process.exit(0));
}

/** Starts `script`, a path beside this file, on one CPU if one is given. */
export function startProcess<C extends Commands>(script: string, cpu?: number): CommandedProcess<C> {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), {
    execArgv: ['--import', 'tsx', '--expose-gc'],
  });
  const pid = child.pid ?? 0;
  if (cpu !== undefined) pin(pid, cpu);
  const waiting = new Map<number, { resolve(value: never): void; reject(error: Error): void }>();
  let last = 0;
  child.on('message', ({ id, answer, error }: { id: number; answer: never; error?: string }) => {
    if (error === undefined) waiting.get(id)?.resolve(answer);
    else waiting.get(id)?.reject(new Error(`${script}: ${error}`));
    waiting.delete(id);
  });
  child.on('exit', (code, signal) => {
    for (const { reject } of waiting.values()) reject(new Error(`${script} ended with ${signal ?? code}`));
    waiting.clear();
  });
  return {
    pid,
    ask: (name, argument) =>
      new Promise((resolve, reject) => {
        const id = ++last;
        waiting.set(id, { resolve, reject });
        child.send({ id, name, argument });
      }),
    stop: () => end(child),
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** All threads of it. Does nothing where there is no `taskset`. */
export function pin(pid: number, cpu: number | string): void {
  try {
    execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', String(cpu), String(pid)], {
      stdio: 'ignore',
    });
  } catch {
    // The table says where nothing could be pinned: `canPin`.
  }
}

/** As many of those sockets as a process may have: the system's limit of open files leaves room for 200 others. */
export function affordable(sockets: number): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    const most = Number(/^Max open files +\S+ +(\d+)/m.exec(limits)?.[1] ?? Number.NaN);
    return Number.isNaN(most) ? sockets : Math.min(sockets, most - 200);
  } catch {
    return sockets;
  }
}

export function canPin(): boolean {
  try {
    execFileSync('taskset', ['--cpu-list', '0', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Processor seconds that the process has used, all its threads. Linux only, else NaN. */
export function cpuSeconds(pid: number): number {
  return secondsOf(pid, [11, 12]);
}

/** The sum of those fields behind the name in `/proc/<pid>/stat`. */
function secondsOf(pid: number, fields: readonly number[]): number {
  try {
    const given = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return fields.reduce((sum, field) => sum + Number(given[field]), 0) / 100;
  } catch {
    return Number.NaN;
  }
}

/** Processor seconds of those processes and all that they have started, also of those that have ended. Linux only, else NaN. */
export function cpuSecondsOfAll(roots: readonly number[]): number {
  const children = new Map<number, number[]>();
  try {
    for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
      const parent = parentOf(Number(name));
      children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
    }
  } catch {
    return Number.NaN;
  }
  let sum = 0;
  for (const todo = [...roots]; todo.length > 0; ) {
    const pid = todo.pop() ?? 0;
    const seconds = secondsOf(pid, [11, 12, 13, 14]); // with the children that have ended
    if (!Number.isNaN(seconds)) sum += seconds; // else it has just ended
    todo.push(...(children.get(pid) ?? []));
  }
  return sum;
}

/** 0 for a process that has just ended. */
function parentOf(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1]);
  } catch {
    return 0;
  }
}

/** Resident bytes of the process. Linux only, else NaN. */
export function residentBytes(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
  } catch {
    return Number.NaN;
  }
}
