/** `orderbell migrate`: the database's schema, forward and back. */

import type { Command } from 'commander';
import {
  assertCurrent,
  migrateDown,
  migrateUp,
  readSchemaState,
  type SchemaState,
} from '../../db/migrate.ts';
import type { CommandContext } from './context.ts';
import { withDatabase } from './with-database.ts';

export function addMigrateCommands(cli: Command, { readConfig, print }: CommandContext): void {
  const migrate = cli.command('migrate').description("the database's schema");
  migrate
    .command('up')
    .description('apply what is missing; waits for another that migrates')
    .action(async () => {
      const applied = await migrateUp(readConfig().database.url);
      print(applied.length === 0 ? 'nothing to apply' : `applied ${applied.join(', ')}`);
    });
  migrate
    .command('down')
    .description('take the newest migration back; its data is lost')
    .action(async () => {
      const reverted = await migrateDown(readConfig().database.url);
      print(reverted.length === 0 ? 'nothing to take back' : `took back ${reverted.join(', ')}`);
    });
  migrate
    .command('status')
    .description('list what is applied, missing, or newer than this version; fails unless it is just right')
    .option('--json', 'one JSON object a line: state, name')
    .action(async ({ json }: { json?: boolean }) => {
      const schema = await withDatabase(readConfig().database, readSchemaState);
      for (const entry of statesOf(schema)) {
        print(json ? JSON.stringify(entry) : `${entry.state}  ${entry.name}`);
      }
      assertCurrent(schema);
    });
}

function statesOf({ applied, missing, unknown }: SchemaState) {
  const inState = (state: 'applied' | 'missing' | 'unknown', names: readonly string[]) =>
    names.map((name) => ({ state, name }));
  return [
    ...inState(
      'applied',
      applied.filter((name) => !unknown.includes(name)),
    ),
    ...inState('missing', missing),
    ...inState('unknown', unknown),
  ];
}
