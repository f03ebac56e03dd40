/** The `orderbell` commands as a user types them, without a process of their own: what they print, or how they fail. */

import { createCli } from '../../src/cli.ts';
import type { TestBroker, TestDatabase } from './servers-of-the-run.ts';

export interface CliRun {
  lines: string[];
  /** Undefined if it succeeded. */
  error: Error | undefined;
}

export async function runCli(
  args: readonly string[],
  { database, broker }: { database?: TestDatabase; broker?: TestBroker },
): Promise<CliRun> {
  const lines: string[] = [];
  const cli = createCli({
    env: {
      NODE_ENV: 'test',
      DATABASE_URL: database?.url ?? 'postgres://nobody@127.0.0.1:1/nothing',
      AMQP_URL: broker?.url ?? 'amqp://nobody@127.0.0.1:1',
      AMQP_PREFIX: broker?.prefix ?? '',
    },
    print: (line) => lines.push(...line.split('\n')),
    onServing: () => {
      throw new Error('nothing is served here');
    },
  });
  try {
    // Commander's own complaints go to standard error; here they are the error that it throws.
    for (const command of [cli, ...cli.commands, ...cli.commands.flatMap((child) => child.commands)]) {
      command.exitOverride().configureOutput({ writeErr: () => {} });
    }
    await cli.parseAsync(args, { from: 'user' });
    return { lines, error: undefined };
  } catch (error) {
    return { lines, error: error as Error };
  }
}
