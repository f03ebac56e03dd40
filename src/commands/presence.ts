/** `orderbell presence`: whether a shop can be reached, or which shops are deaf. Changes nothing. */

import type { Command } from 'commander';
import { Compile } from 'typebox/compile';
import { ShopId } from '../domain/order.ts';
import type { DeafShop } from '../domain/presence.ts';
import { listDeafShops, readShopPresence } from '../escalation/presence/read-presence.ts';
import type { CommandContext } from './context.ts';
import { withDatabase } from './with-database.ts';

/** Of one statement. */
const PAGE = 500;

const shopRule = Compile(ShopId);

export function addPresenceCommand(cli: Command, { readConfig, print }: CommandContext): void {
  const presence = cli
    .command('presence')
    .description('list the shops that are deaf, or look at one shop; changes nothing')
    .argument('[shop]', 'its id')
    .option('--json', 'as JSON, as GET /shops and GET /shops/:shop/presence have it')
    .action(async (shop: string | undefined, { json }: { json?: boolean }) => {
      if (shop !== undefined && !shopRule.Check(shop)) {
        presence.error('error: a shop is 1 to 64 of A-Z a-z 0-9 _ -');
      }
      await withDatabase(readConfig().database, async (pool) => {
        if (shop !== undefined) {
          const found = await readShopPresence(pool, shop);
          const { since, deafSince } = found;
          const words = [
            shop,
            found.presence,
            `since ${since ?? '-'}`,
            deafSince && `deaf since ${deafSince}`,
          ];
          return print(json ? JSON.stringify(found) : words.filter(Boolean).join('  '));
        }
        let count = 0;
        for (let after: string | undefined = ''; after !== undefined; ) {
          const page: DeafShop[] = await listDeafShops(pool, { after, limit: PAGE, shops: '*' });
          for (const one of page) {
            print(json ? JSON.stringify(one) : `${one.shop}  deaf since ${one.deafSince}`);
          }
          count += page.length;
          after = page.length < PAGE ? undefined : page.at(-1)?.shop;
        }
        if (!json) print(`deaf shops: ${count}`);
      });
    });
}
