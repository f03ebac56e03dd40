/**
 * Which process is meant. Guarantees that a pid which the system gave to another process, or kept from before a
 * reboot, is never taken for ours: a process is its pid together with the moment it started. A zombie counts as
 * gone. Knows Linux (`/proc`) and, through `ps`, macOS.
 */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

export interface ProcessId {
  readonly pid: number;
  readonly startedAt: string;
}

/** The process that has this pid now, or undefined if there is none. */
export function identify(pid: number): ProcessId | undefined {
  if (!Number.isInteger(pid) || pid < 1) return undefined;
  const startedAt = process.platform === 'linux' ? startOnLinux(pid) : startByPs(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

export function isAlive(id: ProcessId): boolean {
  return identify(id.pid)?.startedAt === id.startedAt;
}

/** The calling process. */
export function self(): ProcessId {
  return identify(process.pid) ?? { pid: process.pid, startedAt: 'unknown' };
}

/** The command line of a pid, or the empty string if there is none to be read. */
export function commandLine(pid: number): string {
  if (process.platform !== 'linux') return ps(pid, 'command=');
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

/** Sends a signal if the process is still the one that is meant. */
export function signalProcess(id: ProcessId, signal: NodeJS.Signals): void {
  if (isAlive(id)) send(id.pid, signal);
}

/** Sends SIGKILL to the whole process group that this process leads. */
export function killGroup(id: ProcessId): void {
  if (isAlive(id)) send(-id.pid, 'SIGKILL');
}

/** Sends `signal`, waits at most `graceMs`, then kills the group. Resolves once the process is gone. */
export async function endProcess(id: ProcessId, signal: NodeJS.Signals, graceMs: number): Promise<void> {
  signalProcess(id, signal);
  if (await goneWithin(id, graceMs)) return;
  killGroup(id);
  await goneWithin(id, 5_000);
}

/** Polls, because the process may be the child of a run that is no more. */
async function goneWithin(id: ProcessId, ms: number): Promise<boolean> {
  const deadline = Date.now() + ms;
  while (isAlive(id)) {
    if (Date.now() > deadline) return false;
    await delay(20);
  }
  return true;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** `state` and `starttime` are fields 3 and 22 of proc_pid_stat(5); the name before them may hold anything. */
function startOnLinux(pid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTime] = [fields[0], fields[19]];
  if (startTime === undefined || state === 'Z' || state === 'X') return undefined;
  return `${bootId()}:${startTime}`;
}

function startByPs(pid: number): string | undefined {
  const line = ps(pid, 'stat=,lstart=');
  return line === '' || line.startsWith('Z') ? undefined : line.replace(/^\S+\s+/, '');
}

function ps(pid: number, format: string): string {
  const { stdout } = spawnSync('ps', ['-o', format, '-p', String(pid)], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  return (stdout ?? '').trim();
}

let boot: string | undefined;

function bootId(): string {
  try {
    boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').slice(0, 8);
  } catch {
    boot = 'boot';
  }
  return boot;
}
