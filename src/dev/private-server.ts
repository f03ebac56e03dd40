/**
 * One server program as a process of its own. Guarantees that a Ctrl-C in the terminal does not reach it (it leads
 * its own process group), that its output goes to a file and so never depends on us, and that a start that fails
 * says why.
 */

import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { lastLines } from './command.ts';
import { StackError } from './errors.ts';
import { askVersion, type ServerName, until } from './probes.ts';
import { identify, isAlive, type ProcessId } from './process-identity.ts';

export interface ServerProgram {
  title: string;
  file: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  logFile: string;
  user?: { uid: number; gid: number } | undefined;
}

/** Starts the program and hands its process to `record` before anything else can happen. */
export async function spawnServer(
  program: ServerProgram,
  record: (id: ProcessId) => void,
): Promise<ProcessId> {
  const log = openSync(program.logFile, 'w', 0o600);
  try {
    const child = spawn(program.file, program.args, {
      cwd: program.cwd,
      env: program.env,
      detached: true,
      stdio: ['ignore', log, log],
      ...program.user,
    });
    const id = child.pid === undefined ? undefined : identify(child.pid);
    if (id !== undefined) {
      record(id);
      child.on('error', () => {}); // a later one would be about a kill() that we do not use
      child.unref();
      return id;
    }
    const reason = await new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(`it ended at once (${signal ?? code})`));
    });
    throw serverFailed(program.title, reason, program.logFile);
  } finally {
    closeSync(log);
  }
}

export interface AnswerOptions {
  name: ServerName;
  title: string;
  url: string;
  processes: readonly ProcessId[];
  logFile: string;
  seconds: number;
  signal?: AbortSignal | undefined;
}

/** Resolves with the server's version once it answers; rejects with `server-failed` and the tail of its log. */
export async function awaitAnswer(options: AnswerOptions): Promise<string> {
  const { name, title, url, processes, logFile, seconds, signal } = options;
  try {
    return await until(() => askVersion(name, url), {
      seconds,
      everyMs: 50,
      signal,
      stillPossible: () => {
        if (!processes.every(isAlive)) throw serverFailed(title, 'it ended', logFile);
      },
    });
  } catch (error) {
    if (signal?.aborted || error instanceof StackError) throw error;
    throw serverFailed(title, error instanceof Error ? error.message : String(error), logFile);
  }
}

/** Whether a start failed for what passes: another process took the port, or children of a killed Postgres are still going. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof StackError)) return false;
  return /address already in use|eaddrinuse|shared memory block .* still in use/i.test(error.message);
}

function serverFailed(title: string, reason: string, logFile: string): StackError {
  const tail = lastLines(readFileSync(logFile, 'utf8'), 15);
  return new StackError('server-failed', `${title} did not come up: ${reason} (log: ${logFile})\n${tail}`);
}
