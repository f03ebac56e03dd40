/** `orderbell policy`: the escalation policies of shops, read, set and checked. */

import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { Compile } from 'typebox/compile';
import { targetsOf } from '../config/sections/escalation.ts';
import { type EscalationPolicy, readPolicy } from '../domain/escalation-policy.ts';
import { ShopId } from '../domain/order.ts';
import type { ShopPolicy } from '../domain/shop-policy.ts';
import { createPolicyStore } from '../escalation/policies.ts';
import { AppError, messageOf } from '../platform/errors.ts';
import type { CommandContext } from './context.ts';
import { withDatabase } from './with-database.ts';

const shopRule = Compile(ShopId);

/** Checking needs neither, so that it works where there are none. */
const OFFLINE = { DATABASE_URL: 'postgres://none', AMQP_URL: 'amqp://none' };

export function addPolicyCommands(cli: Command, context: CommandContext): void {
  const policy = cli.command('policy').description('who is told of what a shop does not deal with');
  addGet(policy, context);
  addSet(policy, context);
  addCheck(policy, context);
}

function addGet(parent: Command, { readConfig, print }: CommandContext): void {
  const get = parent
    .command('get')
    .description('print the policy in force for a shop')
    .argument('<shop>', 'its id')
    .option('--json', 'one JSON object, as GET /shops/:shop/escalation-policy has it')
    .action(async (shop: string, { json }: { json?: boolean }) => {
      if (!shopRule.Check(shop)) get.error('error: a shop is 1 to 64 of A-Z a-z 0-9 _ -');
      const found = await withDatabase(readConfig().database, (pool) => createPolicyStore(pool).read(shop));
      printPolicy(print, found, json);
    });
}

function addSet(parent: Command, { readConfig, readInput, print }: CommandContext): void {
  const set = parent
    .command('set')
    .description("make a version of a shop's own policy, for what is logged from now on")
    .argument('<shop>', 'its id')
    .argument('[file]', 'the policy as JSON; - is standard input')
    .option('--default', "remove the shop's own: the configured one applies")
    .option('--json', 'one JSON object, as PUT /shops/:shop/escalation-policy has it')
    .action(async (shop: string, file: string | undefined, options: { default?: true; json?: boolean }) => {
      if (!shopRule.Check(shop)) set.error('error: a shop is 1 to 64 of A-Z a-z 0-9 _ -');
      if ((file === undefined) !== (options.default === true)) {
        set.error('error: name either a file or --default');
      }
      const { database, escalation } = readConfig();
      const targets = new Set(targetsOf(escalation).keys());
      const policy = file === undefined ? undefined : await readPolicyFile(file, readInput, targets);
      const inForce = await withDatabase(database, (pool) => {
        const policies = createPolicyStore(pool);
        return policy === undefined ? policies.remove(shop) : policies.set(shop, policy, undefined);
      });
      printPolicy(print, inForce, options.json);
    });
}

function addCheck(parent: Command, { readConfig, readInput, print }: CommandContext): void {
  parent
    .command('check')
    .description('check a policy against the configured targets; asks no server')
    .argument('<file>', 'the policy as JSON; - is standard input')
    .action(async (file: string) => {
      const targets = new Set(targetsOf(readConfig(OFFLINE).escalation).keys());
      await readPolicyFile(file, readInput, targets);
      print('the policy is valid');
    });
}

/** Rejects with `check-failed` and the path to the fault. */
async function readPolicyFile(
  file: string,
  readInput: CommandContext['readInput'],
  targets: ReadonlySet<string>,
): Promise<EscalationPolicy> {
  const text = String(file === '-' ? await readInput() : await readFileOr(file));
  const read = readPolicy(parse(text), targets);
  if (read.ok) return read.body;
  throw new AppError('check-failed', `the policy is not valid: ${`${read.path} ${read.rule}`.trim()}`);
}

async function readFileOr(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new AppError('check-failed', `the policy cannot be read: ${messageOf(error)}`);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError('check-failed', `the policy is not JSON: ${messageOf(error)}`);
  }
}

function printPolicy(print: CommandContext['print'], found: ShopPolicy, json = false): void {
  for (const line of json ? [JSON.stringify(found)] : asLines(found)) print(line);
}

function asLines({ shop, source, version, madeAt, policy }: ShopPolicy): string[] {
  if (policy === null) return [`shop ${shop}  no policy: nothing escalates`];
  const whose = source === 'shop' ? 'its own' : 'the default';
  return [
    `shop ${shop}  version ${version} of ${whose}  ${madeAt}`,
    ...JSON.stringify(policy, null, 2).split('\n'),
  ];
}
