/** `orderbell trace`: what is known of one order, wherever its events came from and however far they got. */

import type { Command } from 'commander';
import { Compile } from 'typebox/compile';
import type { DeadLetter } from '../broker/dead-letters/dead-letter.ts';
import { showDeadLetters } from '../broker/dead-letters/queue.ts';
import { topologyNames } from '../broker/topology.ts';
import { withBroker } from '../broker/with-broker.ts';
import type { Config } from '../config/config.ts';
import { normaliseOrderId, type OrderId, OrderIdSchema } from '../domain/order.ts';
import type { OrderTrail } from '../domain/order-trail.ts';
import { readFiredSteps } from '../escalation/read-fired-steps.ts';
import { findTracedOrders, readWaitingEvents } from '../orders/order-trail.ts';
import { AppError, messageOf } from '../platform/errors.ts';
import { readOrderLog } from '../shop-log/order-log.ts';
import type { CommandContext } from './context.ts';
import { asTable, eventIdsOf, isPaymentMissing, mentions, type Names, stepsOf } from './trail.ts';
import { withDatabase } from './with-database.ts';

const orderIdSchema = Compile(OrderIdSchema);

/** Rejects with `not-found` where nothing is known of the order. */
export function addTraceCommand(cli: Command, { readConfig, print, note }: CommandContext): void {
  cli
    .command('trace')
    .description('what is known of one order: paid, outbox, log, tills, escalations, receipts, dead letters')
    .argument('<order>', 'its id, or the number of an order of this service')
    .option('--json', 'as a JSON object; one a line where orders of several shops have the number')
    .action(async (text: string, { json }: { json?: boolean }) => {
      const config = readConfig();
      const fromText = orderIdSchema.Check(text) ? normaliseOrderId(text) : undefined;
      const all = await askPostgres(config, fromText, text);
      const named = all.map((recorded) => ({ recorded, names: namesOf(recorded, fromText, text) }));
      const letters = await askRabbitmq(
        config,
        (letter) => named.some(({ names }) => mentions(letter, names)),
        note,
      );
      const trails = named.map(({ recorded, names }) => {
        const deadLetters = letters?.filter((letter) => mentions(letter, names));
        const findings = { ...recorded, deadLetters };
        return {
          order: recorded.order,
          names,
          steps: stepsOf(findings),
          isMissing: isPaymentMissing(findings),
        };
      });
      if (trails.every(({ steps }) => steps.length === 0)) {
        throw new AppError('not-found', `nothing is known of an order ${text}`);
      }
      for (const { order, names, steps, isMissing } of trails) {
        if (json) {
          const { orderId, orderNumber, shopId } = names;
          print(
            JSON.stringify({ orderId, orderNumber, shopId, isOurs: order !== undefined, steps, isMissing }),
          );
          continue;
        }
        print(order === undefined ? `${text} is not an order of this service` : `order ${order.id}`);
        for (const line of asTable(steps)) print(line);
        if (isMissing) print(MISSING);
      }
    });
}

/** By which a dead letter is found to belong to it. */
function namesOf(recorded: OrderTrail, fromText: OrderId | undefined, text: string): Names {
  const { order } = recorded;
  return {
    orderId: order?.id ?? fromText,
    orderNumber: order?.number ?? (fromText === undefined ? text : undefined),
    shopId: order?.shopId,
    eventIds: eventIdsOf(recorded),
  };
}

const MISSING =
  'The event of its payment is neither in the outbox, the log nor the dead letters: it is in the queue, or was lost ' +
  'with one (`orderbell reconcile --dry-run` tells), or is older than the log is kept.';

/** One for each order of that number, or one of an order that is not ours. */
function askPostgres(config: Config, fromText: OrderId | undefined, text: string): Promise<OrderTrail[]> {
  return withDatabase(config.database, async (pool) => {
    const orders = await findTracedOrders(pool, fromText, text);
    const all: OrderTrail[] = [];
    for (const order of orders.length === 0 ? [undefined] : orders) {
      const orderId = order?.id ?? fromText;
      if (orderId === undefined) all.push({ order, waiting: [], log: [], escalations: [] });
      else {
        const waiting = await readWaitingEvents(pool, orderId);
        const log = await readOrderLog(pool, orderId);
        all.push({ order, waiting, log, escalations: await readFiredSteps(pool, log) });
      }
    }
    return all;
  });
}

/** Undefined, with a note, where RabbitMQ is away: that is when one wants to know the rest. */
async function askRabbitmq(
  { amqp }: Config,
  isMeant: (letter: DeadLetter) => boolean,
  note: (line: string) => void,
): Promise<DeadLetter[] | undefined> {
  const topology = topologyNames(amqp.prefix);
  try {
    const letters: DeadLetter[] = [];
    const keep = (letter: DeadLetter) => {
      if (isMeant(letter)) letters.push(letter);
    };
    await withBroker(amqp, (model) => showDeadLetters(model, topology, {}, keep));
    return letters;
  } catch (error) {
    note(`the dead letters were not looked at: ${messageOf(error)}`);
    return undefined;
  }
}
