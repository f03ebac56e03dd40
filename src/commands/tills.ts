/** `orderbell tills`: the paired tills of a shop, and their removal. */

import type { Command } from 'commander';
import { Compile } from 'typebox/compile';
import { listTills, removeTill } from '../auth/kept-tills.ts';
import { ShopId } from '../domain/order.ts';
import { type PairedTill, TillId } from '../domain/till.ts';
import { AppError } from '../platform/errors.ts';
import type { CommandContext } from './context.ts';
import { withDatabase } from './with-database.ts';

const shopRule = Compile(ShopId);
const tillRule = Compile(TillId);

export function addTillCommands(cli: Command, context: CommandContext): void {
  const tills = cli.command('tills').description('tills that were paired by a code');
  addList(tills, context);
  addRevoke(tills, context);
}

function addList(parent: Command, { readConfig, print }: CommandContext): void {
  const list = parent
    .command('list')
    .description('list the paired tills of a shop, newest first; changes nothing')
    .argument('<shop>', 'its id')
    .option('--json', 'one JSON object a line, as GET /shops/:shop/tills has it')
    .action(async (shop: string, { json }: { json?: boolean }) => {
      if (!shopRule.Check(shop)) list.error('error: a shop is 1 to 64 of A-Z a-z 0-9 _ -');
      const found = await withDatabase(readConfig().database, (pool) => listTills(pool, shop));
      for (const till of found) print(json ? JSON.stringify(till) : asLine(till));
      if (!json) print(`paired tills: ${found.length}`);
    });
}

function addRevoke(parent: Command, { readConfig, print }: CommandContext): void {
  const revoke = parent
    .command('revoke')
    .description('remove a paired till: every process refuses its tokens within a few seconds')
    .argument('<id>', 'its id in the list')
    .option('--json', 'as a JSON object')
    .action(async (id: string, { json }: { json?: boolean }) => {
      if (!tillRule.Check(id)) revoke.error('error: the id must be one of the list');
      const removed = await withDatabase(readConfig().database, (pool) =>
        removeTill(pool, id, '*', undefined),
      );
      if (removed === undefined) throw new AppError('not-found', `there is no paired till ${id}`);
      print(json ? JSON.stringify(removed) : `removed ${asLine(removed)}`);
    });
}

function asLine({ id, shopId, name, pairedAt, renewedAt, tokenEndsAt }: PairedTill): string {
  return `${id}  ${shopId}  ${name || '-'}  paired ${pairedAt}  renewed ${renewedAt}  token ends ${tokenEndsAt}`;
}
