/** The `orderbell` commands as processes of their own: for what only a process has, exit codes, pipes and signals. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface CliProcess {
  child: ChildProcess;
  /** What it has said so far. */
  output: { stdout: string; stderr: string };
  /** Exit code, and the signal that ended it. */
  exited: Promise<[number | null, NodeJS.Signals | null]>;
}

/** `env` is all of its environment but PATH and HOME. `nodeArgs` go before the program. */
export function spawnCli(
  args: readonly string[],
  env: Record<string, string>,
  nodeArgs: readonly string[] = [],
): CliProcess {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, ['--import', 'tsx', ...nodeArgs, 'src/main.ts', ...args], {
    cwd: ROOT,
    env: { PATH, HOME, NODE_ENV: 'test', ...env },
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (data) => {
    output.stdout += data;
  });
  child.stderr.on('data', (data) => {
    output.stderr += data;
  });
  const exited = once(child, 'close').then(([code, signal]): [number | null, NodeJS.Signals | null] => [
    code,
    signal,
  ]);
  return { child, output, exited };
}
