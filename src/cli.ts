/** The `orderbell` commands: what they are called and what they take. What they do is elsewhere. */

import { Command } from 'commander';
import { migrateDown, migrateUp, readSchemaState } from '../db/migrate.ts';
import { type App, startApp } from './app.ts';
import { addDeadCommands } from './commands/dead.ts';
import { addReconcileCommand } from './commands/reconcile.ts';
import { type Config, loadConfig } from './config.ts';
import { createLogger } from './platform/logger.ts';
import { createPool } from './platform/postgres.ts';

export interface CliOptions {
  env: Record<string, string | undefined>;
  print(line: string): void;
  /** Called with the running service: it runs until whoever gets it stops it. */
  onServing(app: App): void;
}

/** Parse with `parseAsync`; a command that fails rejects. */
export function createCli({ env, print, onServing }: CliOptions): Command {
  const cli = new Command('orderbell').description(
    'The order bell: tells shops of paid orders and reminders.',
  );

  cli
    .command('serve')
    .description('run the service until SIGTERM or SIGINT')
    .option('--roles <roles>', 'any of http,relay,worker,gateway; else ROLES, else all')
    .action(async ({ roles }: { roles?: string }) => {
      const config = loadConfig(roles === undefined ? env : { ...env, ROLES: roles });
      onServing(await startApp(config));
    });

  const migrate = cli.command('migrate').description("the database's schema");
  migrate
    .command('up')
    .description('apply what is missing')
    .action(async () => {
      const applied = await migrateUp(loadConfig(env).database.url);
      print(applied.length === 0 ? 'nothing to apply' : `applied ${applied.join(', ')}`);
    });
  migrate
    .command('down')
    .description('take the newest migration back; its data is lost')
    .action(async () => {
      const reverted = await migrateDown(loadConfig(env).database.url);
      print(reverted.length === 0 ? 'nothing to take back' : `took back ${reverted.join(', ')}`);
    });
  migrate
    .command('status')
    .description('list what is applied, missing, or newer than this version')
    .action(async () => print(await describeSchema(loadConfig(env))));

  addDeadCommands(cli, () => loadConfig(env), print);
  addReconcileCommand(cli, () => loadConfig(env), print);
  return cli;
}

async function describeSchema(config: Config): Promise<string> {
  const pool = createPool(config.database, createLogger('silent'));
  try {
    const { applied, missing, unknown } = await readSchemaState(pool);
    const known = applied.filter((name) => !unknown.includes(name));
    return [
      ...known.map((name) => `applied  ${name}`),
      ...missing.map((name) => `missing  ${name}`),
      ...unknown.map((name) => `unknown  ${name}`),
    ].join('\n');
  } finally {
    await pool.end();
  }
}
