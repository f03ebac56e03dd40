/** `orderbell token`: a token for a till, for another service, or to try things out. Asks no server. */

import { readFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { Compile } from 'typebox/compile';
import { mintToken } from '../auth/mint-token.ts';
import { readSigningKey, type SigningKey, signingSecret } from '../auth/signing-key.ts';
import type { Config } from '../config/config.ts';
import { SCOPES, type Scope } from '../domain/access.ts';
import { ShopId } from '../domain/order.ts';
import { AppError, messageOf } from '../platform/errors.ts';
import type { CommandContext } from './context.ts';

interface TokenOptions {
  sub: string;
  shop: '*' | string[];
  scope: Scope[];
  expiresIn: number;
  keyFile?: string;
  kid?: string;
  json?: boolean;
}

const shopId = Compile(ShopId);

const TWELVE_HOURS = 12 * 3600;
const DAY = 86_400;

/** Minting needs neither, so that it works where there are none. */
const NO_SERVERS = { DATABASE_URL: 'postgres://none', AMQP_URL: 'amqp://none' };

export function addTokenCommand(cli: Command, { readConfig, print }: CommandContext): void {
  cli
    .command('token')
    .summary('mint a token')
    .description(
      'Prints a token that the service takes: signed with AUTH_SECRET, or with the private key of a key set, for\n' +
        'AUTH_ISSUER and AUTH_AUDIENCE. Scopes: listen, orders:write, payments:notify, reminders:write, log:read,\n' +
        'policy:write, ops.',
    )
    .option('--sub <name>', 'whose it is, for the log and the limits', 'cli')
    .option('--shop <ids>', 'a shop, several with commas, or *', readShops, ['default'])
    .option('--scope <scopes>', 'what it allows, several with commas', readScopes, ['listen'])
    .option('--expires-in <time>', 'such as 90s, 15m, 12h, 30d', readDuration, TWELVE_HOURS)
    .option('--key-file <file>', 'a private key, as a JWK or in PEM: RSA, P-256 or Ed25519')
    .option('--kid <id>', 'the name of that key in the key set; else what the JWK says')
    .option('--json', 'one JSON object: token, sub, shop, scope, expiresAt')
    .action(async (options: TokenOptions) => {
      const { auth } = readConfig(NO_SERVERS);
      const { sub, shop, scope, expiresIn } = options;
      const claims = { subject: sub, shops: shop, scopes: scope, expiresInSeconds: expiresIn };
      const { issuer, audience, maxTokenDays } = auth;
      if (maxTokenDays > 0 && expiresIn > maxTokenDays * DAY) {
        const most = `${maxTokenDays} days at the most (AUTH_MAX_TOKEN_DAYS)`;
        throw new AppError('config-invalid', `--expires-in: the service takes tokens for ${most}`);
      }
      const minted = await mintToken({ ...claims, issuer, audience }, await keyOf(options, auth), Date.now());
      const { token, expiresAt } = minted;
      print(options.json ? JSON.stringify({ token, sub, shop, scope, expiresAt }) : token);
    });
}

async function keyOf({ keyFile, kid }: TokenOptions, { secret }: Config['auth']): Promise<SigningKey> {
  if (keyFile !== undefined) {
    const key = readSigningKey(await readText(keyFile));
    return { ...key, kid: kid ?? key.kid };
  }
  if (secret !== '') return signingSecret(secret);
  throw new AppError('config-invalid', 'there is nothing to sign with: set AUTH_SECRET, or give --key-file');
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new AppError('not-found', `the key cannot be read: ${messageOf(error)}`, error);
  }
}

function readShops(text: string): '*' | string[] {
  if (text === '*') return text;
  const shops = text.split(',');
  if (shops.every((shop) => shopId.Check(shop))) return shops;
  throw new InvalidArgumentError('shops of 1 to 64 of A-Z a-z 0-9 _ -, or *');
}

function readScopes(text: string): Scope[] {
  const words = text.split(/[ ,]/);
  const scopes = SCOPES.filter((scope) => words.includes(scope));
  if (scopes.length === words.length) return scopes;
  throw new InvalidArgumentError(`any of ${SCOPES.join(', ')}`);
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: DAY };

function readDuration(text: string): number {
  const [, count = '', unit = 's'] = /^([1-9][0-9]{0,5})([smhd])?$/.exec(text) ?? [];
  if (count === '') throw new InvalidArgumentError('a time such as 90s, 15m, 12h or 30d');
  return Number(count) * (SECONDS[unit] ?? 1);
}
