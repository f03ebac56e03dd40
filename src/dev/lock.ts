/**
 * One process at a time, by a lock file. Guarantees that the lock of a process that is gone is broken, and by one
 * waiter only; that a reader never sees a lock file half written. Does not hold between machines.
 */

import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StackError } from './errors.ts';
import { isAlive, type ProcessId, self } from './process-identity.ts';

export interface LockOptions {
  /** Gives up waiting for the lock; does not interrupt `work`. */
  signal?: AbortSignal;
  waitSeconds: number;
  /** Called once if the lock is not free at once. */
  onWait?: (holderPid: number) => void;
}

/** Runs `work` while holding the lock at `path`. Rejects with `lock-held` after `waitSeconds`. */
export async function withLock<T>(path: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + options.waitSeconds * 1000;
  mkdirSync(dirname(path), { recursive: true });
  for (let waited = false; !tryLock(path); waited = true) {
    options.signal?.throwIfAborted();
    const holder = readHolder(path);
    if (holder !== undefined && !isAlive(holder)) {
      breakStaleLock(path);
      continue;
    }
    if (Date.now() > deadline) {
      throw new StackError('lock-held', `process ${holder?.pid ?? '?'} has held ${path} for too long`);
    }
    if (!waited && holder !== undefined) options.onWait?.(holder.pid);
    await delay(100);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/** `link` fails if the name is taken, and the file has its content before it has its name. */
function tryLock(path: string): boolean {
  const mine = self();
  const draft = `${path}.${mine.pid}`;
  writeFileSync(draft, JSON.stringify(mine), { mode: 0o600 });
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Two waiters may both see a stale lock; were both to remove it, the second would remove the first one's new lock.
 * So removing needs a second file, created exclusively and held for this synchronous function only.
 */
function breakStaleLock(path: string): void {
  const breaker = `${path}.break`;
  try {
    writeFileSync(breaker, '', { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    removeIfOld(breaker);
    return;
  }
  try {
    const holder = readHolder(path);
    if (holder !== undefined && !isAlive(holder)) rmSync(path, { force: true });
  } finally {
    rmSync(breaker, { force: true });
  }
}

function removeIfOld(breaker: string): void {
  const made = statSync(breaker, { throwIfNoEntry: false })?.mtimeMs;
  if (made !== undefined && Date.now() - made > 10_000) rmSync(breaker, { force: true });
}

function readHolder(path: string): ProcessId | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof value !== 'object' || value === null) return undefined;
    if (!('pid' in value && typeof value.pid === 'number')) return undefined;
    if (!('startedAt' in value && typeof value.startedAt === 'string')) return undefined;
    return { pid: value.pid, startedAt: value.startedAt };
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
