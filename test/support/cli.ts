/** The `orderbell` commands as a user types them, without a process of their own: what they print, or how they fail. */

import type { Command } from 'commander';
import { createCli, exitOf } from '../../src/cli.ts';
import type { Running } from '../../src/commands/context.ts';
import type { TestBroker, TestDatabase } from './servers-of-the-run.ts';

const DEBIAN_12 = { platform: 'linux', arch: 'x64', node: '20.20.0', abi: '115', glibc: '2.36' };

export interface CliRun {
  /** Standard output. */
  lines: string[];
  /** What the command said on standard error. */
  notes: string[];
  /** Undefined if it succeeded. */
  error: Error | undefined;
  /** What the process would end with. */
  exitCode: number;
}

export interface CliSurroundings {
  database?: TestDatabase;
  broker?: TestBroker;
  /** Variables over those of the test. */
  env?: Record<string, string | undefined>;
  /** Standard input. */
  input?: string | Buffer;
  /** Gets each line of standard output when it is printed. */
  onLine?(line: string): void;
  /** Gets each line of standard error when it is said. */
  onNote?(line: string): void;
  /** Gets what runs until a signal; without it such a command is an error. */
  onRunning?(running: Running): void;
}

export async function runCli(args: readonly string[], surroundings: CliSurroundings): Promise<CliRun> {
  const { database, broker, env, input = '', onLine, onNote, onRunning } = surroundings;
  const lines: string[] = [];
  const notes: string[] = [];
  const cli = createCli({
    env: {
      NODE_ENV: 'test',
      DATABASE_URL: database?.url ?? 'postgres://nobody@127.0.0.1:1/nothing',
      AMQP_URL: broker?.url ?? 'amqp://nobody@127.0.0.1:1',
      AMQP_PREFIX: broker?.prefix ?? '',
      ...env,
    },
    machine: { ...DEBIAN_12, node: process.versions.node },
    unfit: undefined,
    print(text) {
      for (const line of text.split('\n')) {
        lines.push(line);
        onLine?.(line);
      }
    },
    note(line) {
      notes.push(line);
      onNote?.(line);
    },
    readInput: () => Promise.resolve(Buffer.from(input)),
    onRunning(running) {
      if (onRunning === undefined) throw new Error('nothing is to run here');
      onRunning(running);
    },
  });
  // Commander writes help to standard output and its complaints to standard error; a complaint is also the error.
  const writers = {
    writeOut: (text: string) => lines.push(...text.split('\n')),
    writeErr: (text: string) => notes.push(...text.trimEnd().split('\n')),
  };
  for (const command of [cli, ...cli.commands, ...cli.commands.flatMap((child) => child.commands)]) {
    command.configureOutput(writers);
  }
  try {
    await cli.parseAsync(args, { from: 'user' });
    return { lines, notes, error: undefined, exitCode: 0 };
  } catch (error) {
    return { lines, notes, error: error as Error, exitCode: exitOf(error).exitCode };
  }
}

/** Every command that does something, with the words that call it. */
export function allCommands(): { words: string[]; command: Command }[] {
  const nowhere = { print() {}, note() {}, onRunning() {}, readInput: async () => Buffer.alloc(0) };
  return leafCommands(createCli({ env: {}, machine: DEBIAN_12, unfit: undefined, ...nowhere }), []);
}

function leafCommands(command: Command, words: string[]): { words: string[]; command: Command }[] {
  if (command.commands.length === 0) return [{ words, command }];
  return command.commands.flatMap((child) => leafCommands(child, [...words, child.name()]));
}
