/** `orderbell deliveries`: what was sent to the targets of escalations, or is to be. */

import { type Command, InvalidArgumentError } from 'commander';
import {
  DELIVERY_STATES,
  type DeliveryRecord,
  type DeliveryState,
  enableTarget,
  listDeliveries,
  type RetriedDelivery,
  readDelivery,
  retryDelivery,
} from '../escalation/deliveries/inspect-deliveries.ts';
import { AppError } from '../platform/errors.ts';
import type { CommandContext } from './context.ts';
import { readCount } from './option-values.ts';
import { withDatabase } from './with-database.ts';

interface ListOptions {
  state?: DeliveryState;
  shop?: string;
  target?: string;
  limit: number;
  json?: boolean;
}

const LIMIT = 100;

export function addDeliveryCommands(cli: Command, context: CommandContext): void {
  const deliveries = cli.command('deliveries').description('deliveries to the targets of escalations');
  addList(deliveries, context);
  addShow(deliveries, context);
  addRetry(deliveries, context);
  addEnable(deliveries, context);
}

function addList(parent: Command, { readConfig, print }: CommandContext): void {
  parent
    .command('list')
    .description('list them, newest first; changes nothing')
    .option('--state <state>', `only ${DELIVERY_STATES.join(', ')}`, readState)
    .option('--shop <id>', 'only those of this shop')
    .option('--target <name>', 'only those to this target')
    .option('--limit <n>', 'at most so many', readCount, LIMIT)
    .option('--json', 'one JSON object a line')
    .action(async ({ state, shop, target, limit, json }: ListOptions) => {
      const asked = { state, shopId: shop, target, limit };
      const found = await withDatabase(readConfig().database, (pool) => listDeliveries(pool, asked));
      for (const one of found) print(json ? JSON.stringify(one) : asLine(one));
      if (!json) print(`${found.length} deliveries`);
    });
}

function addShow(parent: Command, { readConfig, print }: CommandContext): void {
  parent
    .command('show')
    .description('show one whole, with what is sent')
    .argument('<id>', 'its id in the list, which is its webhook-id', readId)
    .option('--json', 'as a JSON object')
    .action(async (id: string, { json }: { json?: boolean }) => {
      const found = await withDatabase(readConfig().database, (pool) => readDelivery(pool, id));
      if (found === undefined) throw notFound(id);
      if (json) {
        print(JSON.stringify(found));
        return;
      }
      const width = Math.max(...Object.keys(found).map((name) => name.length));
      for (const [name, value] of Object.entries(found)) print(`${name.padEnd(width)}  ${value ?? '-'}`);
    });
}

function addRetry(parent: Command, { readConfig, print }: CommandContext): void {
  parent
    .command('retry')
    .description('make one due again, if its notification is still open')
    .argument('<id>', 'its id in the list', readId)
    .option('--force', 'also if it was delivered, or its notification is not open')
    .action(async (id: string, { force = false }: { force?: boolean }) => {
      const came = await withDatabase(readConfig().database, (pool) => retryDelivery(pool, id, force));
      if (came !== 'due') throw refusalOf(came, id);
      print(`due now ${id}`);
    });
}

function addEnable(parent: Command, { readConfig, print }: CommandContext): void {
  parent
    .command('enable')
    .description('send to a target again that answered 410')
    .argument('<target>', 'its name')
    .action(async (target: string) => {
      const wasDisabled = await withDatabase(readConfig().database, (pool) => enableTarget(pool, target));
      if (!wasDisabled) throw new AppError('not-found', `the target ${target} is not disabled`);
      print(`enabled ${target}`);
    });
}

function refusalOf(came: Exclude<RetriedDelivery, 'due'>, id: string): AppError {
  switch (came) {
    case 'not-found':
      return notFound(id);
    case 'in-hand':
      return new AppError('check-failed', 'an attempt is under way: look again in a minute');
    case 'delivered':
      return new AppError('check-failed', 'it was delivered: --force sends it once more, under the same id');
    case 'not-open':
      return new AppError(
        'check-failed',
        'its notification is no longer open: --force sends it all the same',
      );
  }
}

function notFound(id: string): AppError {
  return new AppError('not-found', `there is no delivery ${id}`);
}

function readState(text: string): DeliveryState {
  const state = DELIVERY_STATES.find((one) => one === text);
  if (state === undefined) throw new InvalidArgumentError(`any of ${DELIVERY_STATES.join(', ')}`);
  return state;
}

function readId(text: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return text;
  throw new InvalidArgumentError('a UUID of the list');
}

function asLine(one: DeliveryRecord): string {
  const { id, madeAt, type, shopId, seq, step, cycle, target, state, reason, attempts, lastResult } = one;
  const repeated = cycle ? ` cycle ${cycle}` : '';
  const of = `${type}  shop ${shopId}${seq === null ? '' : `  seq ${seq} step ${step}${repeated}`}`;
  const ended = reason === null ? state : `${state} ${reason}`;
  return [id, madeAt, of, `to ${target}`, ended, `${attempts} attempts`, lastResult ?? '-'].join('  ');
}
