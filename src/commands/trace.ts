/** `orderbell trace`: what is known of one order, wherever its events came from and however far they got. */

import type { Command } from 'commander';
import { Compile } from 'typebox/compile';
import { type DeadLetter, listDeadLetters } from '../broker/dead-letter-queue.ts';
import { topologyNames } from '../broker/topology.ts';
import { visitBroker } from '../broker/visit.ts';
import type { Config } from '../config.ts';
import { normaliseOrderId, type OrderId, OrderIdSchema } from '../domain/order.ts';
import { readOrderLog } from '../notify/order-log.ts';
import { findTracedOrder, readWaitingEvents } from '../outbox/order-trail.ts';
import { AppError, messageOf } from '../platform/errors.ts';
import type { CommandContext } from './context.ts';
import {
  asTable,
  eventIdsOf,
  isPaymentMissing,
  mentions,
  type Names,
  type Recorded,
  stepsOf,
} from './trail.ts';
import { visitDatabase } from './visit-database.ts';

const orderIdSchema = Compile(OrderIdSchema);

/** Rejects with `not-found` where nothing is known of the order. */
export function addTraceCommand(cli: Command, { readConfig, print, note }: CommandContext): void {
  cli
    .command('trace')
    .description('what is known of one order: paid, outbox, log, receipts, dead letters')
    .argument('<order>', 'its id, or the number of an order of this service')
    .option('--json', 'as a JSON object')
    .action(async (text: string, { json }: { json?: boolean }) => {
      const config = readConfig();
      const fromText = orderIdSchema.Check(text) ? normaliseOrderId(text) : undefined;
      const recorded = await askPostgres(config, fromText, text);
      const { order } = recorded;
      const orderId = order?.id ?? fromText;
      const orderNumber = order?.number ?? (fromText === undefined ? text : undefined);
      const names = { orderId, orderNumber, eventIds: eventIdsOf(recorded) };
      const deadLetters = await askRabbitmq(config, names, note);
      const findings = { ...recorded, deadLetters };
      const steps = stepsOf(findings);
      if (steps.length === 0) throw new AppError('not-found', `nothing is known of an order ${text}`);
      const isMissing = isPaymentMissing(findings);
      if (json) {
        print(JSON.stringify({ orderId, orderNumber, isOurs: order !== undefined, steps, isMissing }));
        return;
      }
      print(order === undefined ? `${text} is not an order of this service` : `order ${order.id}`);
      for (const line of asTable(steps)) print(line);
      if (isMissing) print(MISSING);
    });
}

const MISSING =
  'The event of its payment is neither in the outbox, the log nor the dead letters: it is in the queue, or was lost ' +
  'with one (`orderbell reconcile --dry-run` tells), or is older than the log is kept.';

function askPostgres(config: Config, fromText: OrderId | undefined, text: string): Promise<Recorded> {
  return visitDatabase(config.database, async (pool) => {
    const order = await findTracedOrder(pool, fromText, text);
    const orderId = order?.id ?? fromText;
    if (orderId === undefined) return { order, waiting: [], log: [] };
    return { order, waiting: await readWaitingEvents(pool, orderId), log: await readOrderLog(pool, orderId) };
  });
}

/** Undefined, with a note, where RabbitMQ is away: that is when one wants to know the rest. */
async function askRabbitmq(
  { amqp }: Config,
  order: Names,
  note: (line: string) => void,
): Promise<DeadLetter[] | undefined> {
  const topology = topologyNames(amqp.prefix);
  try {
    const letters = await visitBroker(amqp, (model) => listDeadLetters(model, topology, {}));
    return letters.filter((letter) => mentions(letter, order));
  } catch (error) {
    note(`the dead letters were not looked at: ${messageOf(error)}`);
    return undefined;
  }
}
