/** `orderbell payments`: verified payments that could not be applied, for the operator to look into and to settle. */

import type { Command } from 'commander';
import { Compile } from 'typebox/compile';
import { type Incident, IncidentId } from '../domain/incident.ts';
import { listIncidents, resolveIncident } from '../orders/incident-list.ts';
import { AppError } from '../platform/errors.ts';
import type { CommandContext } from './context.ts';
import { readCount } from './option-values.ts';
import { withDatabase } from './with-database.ts';

interface ListOptions {
  all?: boolean;
  shop?: string;
  limit?: number;
  json?: boolean;
}

/** Of one statement. */
const PAGE = 500;

const MAX_NOTE = 500;

const idRule = Compile(IncidentId);

export function addPaymentCommands(cli: Command, context: CommandContext): void {
  const payments = cli.command('payments').description('verified payments that could not be applied');
  addList(payments, context);
  addResolve(payments, context);
}

function addList(parent: Command, { readConfig, print }: CommandContext): void {
  parent
    .command('list')
    .description('list those that are not settled, oldest first; changes nothing')
    .option('--all', 'the settled ones as well')
    .option('--shop <id>', 'only those that are known to be of this shop')
    .option('--limit <n>', 'at most so many', readCount)
    .option('--json', 'one JSON object a line, as GET /payments/incidents has it')
    .action(async ({ all = false, shop, limit = Number.POSITIVE_INFINITY, json }: ListOptions) => {
      const shops = shop === undefined ? '*' : [shop];
      const state = all ? 'all' : 'open';
      const count = await withDatabase(readConfig().database, async (pool) => {
        let shown = 0;
        for (let after = '0'; shown < limit; ) {
          const asked = { state, after, limit: Math.min(PAGE, limit - shown), shops } as const;
          const page = await listIncidents(pool, asked);
          for (const one of page) print(json ? JSON.stringify(one) : asLine(one));
          shown += page.length;
          const last = page.length < asked.limit ? undefined : page.at(-1);
          if (last === undefined) break;
          after = last.id;
        }
        return shown;
      });
      if (!json) print(`${count} incidents`);
    });
}

function addResolve(parent: Command, { readConfig, print }: CommandContext): void {
  const resolve = parent
    .command('resolve')
    .description('settle one: it was booked by hand, or the money went back')
    .argument('<id>', 'its id in the list')
    .requiredOption('--note <text>', `how it was settled, up to ${MAX_NOTE} characters`)
    .option('--json', 'as a JSON object')
    .action(async (id: string, { note, json }: { note: string; json?: boolean }) => {
      if (!idRule.Check(id)) resolve.error('error: the id must be one of the list');
      if (note.trim() === '' || note.length > MAX_NOTE || note.includes('\0')) {
        resolve.error(`error: --note must have 1 to ${MAX_NOTE} characters`);
      }
      const settled = await withDatabase(readConfig().database, (pool) => resolveIncident(pool, id, note));
      if (settled === undefined) throw new AppError('not-found', `there is no incident ${id}`);
      if (settled === 'settled') throw new AppError('not-found', `the incident ${id} was settled before`);
      print(json ? JSON.stringify(settled) : `settled ${asLine(settled)}`);
    });
}

function asLine(incident: Incident): string {
  const { id, firstAt, kind, provider, orderNumber, shopId, transactionId, amount, times, note } = incident;
  const order = `order ${orderNumber || '-'}  shop ${shopId ?? '-'}`;
  const payment = `transaction ${transactionId ?? '-'}  ${amount === null ? '-' : `${amount} fen`}`;
  const words = [id, firstAt, kind, provider, order, payment, `${times} times`, note ?? ''];
  return words.join('  ').trimEnd();
}
