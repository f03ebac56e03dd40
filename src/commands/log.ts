/** `orderbell log`: the shops' logs of notifications, for the operator. */

import type { Command } from 'commander';
import { AppError } from '../platform/errors.ts';
import { rotateEpochs } from '../shop-log/rotate-epoch.ts';
import type { CommandContext } from './context.ts';
import { withDatabase } from './with-database.ts';

interface RotateOptions {
  shop?: string[];
  all?: boolean;
  json?: boolean;
}

export function addLogCommands(cli: Command, { readConfig, print }: CommandContext): void {
  const log = cli.command('log').description("the shops' logs of notifications");

  const rotate = log
    .command('rotate-epoch')
    .summary('after a restore in place: tell clients that it is another log')
    .description(
      'After the database was restored in place: makes the logs other logs, since numbers that were given out before ' +
        'the restore will be given out again. Every client is told `gone` and gets all that is kept once more; those ' +
        'that are connected within gateway.compareSeconds. Nothing is removed.',
    )
    .option('--shop <id>', 'of this shop; may be given several times', collect)
    .option('--all', 'of all shops')
    .requiredOption('--yes', 'you mean it')
    .option('--json', 'one JSON object a line: shopId')
    .action(async ({ shop = [], all = false, json }: RotateOptions) => {
      if (all === shop.length > 0) rotate.error('error: give either --shop <id> or --all');
      const rotated = await withDatabase(readConfig().database, (pool) =>
        rotateEpochs(pool, all ? 'all' : shop),
      );
      for (const shopId of rotated) print(json ? JSON.stringify({ shopId }) : `rotated ${shopId}`);
      const unknown = shop.filter((id) => !rotated.includes(id));
      if (unknown.length > 0) throw new AppError('not-found', `no log of ${unknown.join(', ')}`);
      if (!json) print(`rotated ${rotated.length} in all`);
    });
}

function collect(value: string, earlier: string[] = []): string[] {
  return [...earlier, value];
}
