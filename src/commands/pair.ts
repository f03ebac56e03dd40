/** `orderbell pair`: a code, a link and a QR code by which one till pairs itself with a shop. */

import { type Command, InvalidArgumentError } from 'commander';
import { Compile } from 'typebox/compile';
import { ShopId } from '../domain/order.ts';
import { pairingLink } from '../domain/pairing-link.ts';
import { PairingRequest } from '../domain/till.ts';
import { qrLines, qrRows } from '../platform/qr-code.ts';
import type { CommandContext } from './context.ts';
import { withTills } from './with-tills.ts';

interface PairOptions {
  shop: string;
  name?: string;
  url?: string;
  json?: boolean;
}

const shopRule = Compile(ShopId);
const nameRule = Compile(PairingRequest.properties.name);
const pageRule = Compile(PairingRequest.properties.page);

export function addPairCommand(cli: Command, { readConfig, print }: CommandContext): void {
  cli
    .command('pair')
    .summary('make a code by which a till pairs itself')
    .description(
      'Prints six digits, which the console asks for, and with --url a link and a QR code that pair at once. The code is good for\n' +
        'ten minutes (PAIRING_CODE_MINUTES) and one use. The till gets a token of its own; `tills` lists and revokes it.',
    )
    .requiredOption('--shop <id>', 'whose till it will be', readShop)
    .option('--name <name>', 'how people call the till; the till may choose another name', readName)
    .option('--url <page>', "the console's address, else PAIRING_PAGE_URL", readPage)
    .option('--json', 'one JSON object: code, shopId, expiresAt, url')
    .action(async ({ shop, name = '', url: page, json }: PairOptions) => {
      const config = readConfig();
      const address = page ?? config.pairing.pageUrl;
      const made = await withTills(config, (tills) => tills.pair(shop, name, undefined));
      const { code, expiresAt } = made;
      const url = address === '' ? null : pairingLink(address, shop, code);
      if (json) return print(JSON.stringify({ code, shopId: shop, expiresAt, url }));
      print(`${code.slice(0, 3)} ${code.slice(3)}  for one till of ${shop}, until ${expiresAt}`);
      if (url === null) return;
      print(url);
      for (const line of qrLines(qrRows(url))) print(line);
    });
}

function readShop(text: string): string {
  if (shopRule.Check(text)) return text;
  throw new InvalidArgumentError('a shop is 1 to 64 of A-Z a-z 0-9 _ -');
}

function readName(text: string): string {
  if (nameRule.Check(text)) return text;
  throw new InvalidArgumentError('a name has up to 40 characters, and no control characters');
}

function readPage(text: string): string {
  if (pageRule.Check(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError('an address such as https://bell.example/');
}
