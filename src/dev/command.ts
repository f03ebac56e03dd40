/**
 * Running another program to its end. Guarantees that its output is at hand for an error message. The program is in
 * our process group, so a Ctrl-C in the terminal reaches it too.
 */

import { type SpawnOptions, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { StackError } from './errors.ts';

export interface CommandResult {
  /** The exit code, or as in a shell 128 and the number of the signal that ended it; 127 if it could not be started. */
  code: number;
  /** Standard output. */
  out: string;
  /** Standard error, or why the program could not be started. */
  err: string;
}

export interface CommandOptions
  extends Pick<SpawnOptions, 'cwd' | 'env' | 'uid' | 'gid' | 'timeout' | 'signal'> {
  /** Passes the program's output on to standard error as it comes, and lets it ask at the terminal. */
  visible?: boolean;
}

/** Resolves with how the program ended, whatever that was. */
export function runCommand(
  file: string,
  args: string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const { visible = false, ...rest } = options;
  return new Promise((resolve) => {
    const chunks: { out: string; err: string } = { out: '', err: '' };
    const child = spawn(file, args, {
      ...rest,
      stdio: visible ? ['inherit', 2, 2] : ['ignore', 'pipe', 'pipe'],
    });
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      chunks.out += chunk;
    });
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      chunks.err += chunk;
    });
    child.once('error', (error) => resolve({ code: 127, out: chunks.out, err: error.message }));
    child.once('close', (code, signal) =>
      resolve({ code: code ?? 128 + (signal === null ? 0 : constants.signals[signal]), ...chunks }),
    );
  });
}

/** Resolves with standard output; rejects with `command-failed` if the program did not end with 0. */
export async function mustRun(file: string, args: string[], options: CommandOptions = {}): Promise<string> {
  const { code, out, err } = await runCommand(file, args, options);
  if (code === 0) return out;
  const output = lastLines(err.trim() === '' ? out : err, 20);
  throw new StackError('command-failed', `${file} failed (${code})${output === '' ? '' : `:\n${output}`}`);
}

export function lastLines(text: string, count: number): string {
  return text.trim().split('\n').slice(-count).join('\n');
}
