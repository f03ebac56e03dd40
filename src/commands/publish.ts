/**
 * `orderbell publish`: events straight to the exchange, as an upstream service sends them. Guarantees that what it calls
 * published was routed to a queue and confirmed, and that no event is sent that would be refused, but for `--raw`.
 */

import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { v7 as uuidV7 } from 'uuid';
import { exchangeExists } from '../broker/inspect.ts';
import { topologyNames } from '../broker/topology.ts';
import { openPublisher, withBroker } from '../broker/with-broker.ts';
import { EVENT_KINDS, type EventKey, ROUTING_KEYS } from '../domain/event-kinds.ts';
import { encodeOrderEvent } from '../domain/order-event.ts';
import { AppError } from '../platform/errors.ts';
import type { CommandContext } from './context.ts';
import { type EventOptions, makeEvent } from './event-options.ts';
import { readCount, readRate } from './option-values.ts';

interface PublishOptions extends EventOptions {
  count: number;
  rate?: number;
  raw?: string;
  json?: boolean;
}

/** One message to send, and what to print of it. */
interface Outgoing {
  body: Buffer;
  messageId: string;
  line: string;
  json: object;
}

/** How many may wait for their confirms at a time. */
const WINDOW = 200;

export function addPublishCommands(cli: Command, context: CommandContext): void {
  const publish = cli.command('publish').description('events straight to the exchange, for trying things');
  for (const key of ROUTING_KEYS) {
    const { name, orderNumber } = EVENT_KINDS[key];
    const needed = orderNumber === 'required' ? '--order-id and --order-number' : '--order-id';
    addPublish(publish, context, name, key)
      .summary(`send ${key} straight to the exchange`)
      .description(`Publishes ${key}: needs ${needed}, or --raw.`);
  }
}

function addPublish(parent: Command, context: CommandContext, name: string, key: EventKey): Command {
  const command = parent
    .command(name)
    .option('--order-id <id>', 'the order')
    .option('--order-number <number>', 'its number; with --count -1, -2 … are added')
    .option('--shop <id>', 'the shop; else `default`')
    .option('--event-id <id>', 'else a new one each; with --count the very same event is sent again')
    .option('--occurred-at <time>', 'in ISO 8601; else now')
    .option('--count <n>', 'so many, with order ids that count up', readCount, 1)
    .option('--rate <n>', 'at most so many a second, such as 10 or 10/s', readRate)
    .addOption(
      new Option('--raw <file>', 'this body as it is, whether it is an event or not; - is standard input')
        // They would have no effect on a body that is sent as it is.
        .conflicts(['orderId', 'orderNumber', 'shop', 'occurredAt']),
    )
    .option('--json', 'one JSON object a line: the event, key, exchange, broker')
    .action(async (options: PublishOptions) => {
      const config = context.readConfig();
      const { orders } = topologyNames(config.amqp.prefix);
      const outgoing = options.raw === undefined ? fromOptions : raw(await readRaw(options.raw, context));
      const nth = (index: number) => outgoing(command, key, options, index);
      // The last is the longest: if any of them is refused, then before the first was sent.
      for (const index of [0, options.count - 1]) nth(index);
      const at = await withBroker(config.amqp, async (model, broker) => {
        if (!(await exchangeExists(model, orders))) {
          const todo = 'start the service once, or see whether AMQP_PREFIX is right';
          throw new AppError('not-found', `there is no exchange ${orders} at ${broker}: ${todo}`);
        }
        const publisher = await openPublisher(model, config.relay.confirmSeconds);
        await inTime(options, async (index) => {
          const { body, messageId, line, json } = nth(index);
          const timestamp = Math.floor(Date.now() / 1000);
          await publisher.publish({ exchange: orders, routingKey: key, body, messageId, timestamp });
          const entry = { ...json, key, exchange: orders, broker };
          context.print(options.json ? JSON.stringify(entry) : `${messageId}  ${key}  ${line}`);
        });
        return broker;
      });
      if (!options.json) context.print(`published ${options.count} to ${orders} at ${at}`);
    });
  return command;
}

function fromOptions(command: Command, key: EventKey, options: PublishOptions, index: number): Outgoing {
  const made = makeEvent(key, options, index, options.count, { now: new Date(), newId: uuidV7 });
  if (!made.ok) {
    const { reason, detail } = made.refusal;
    command.error(`error: the event would be refused as ${reason}: ${detail}`);
  }
  const { key: _, ...event } = made.event;
  return {
    body: Buffer.from(encodeOrderEvent(made.event)),
    messageId: event.eventId,
    line: `order ${event.orderId}  shop ${event.shopId}`,
    json: event,
  };
}

function raw(body: Buffer): typeof fromOptions {
  return (_command, _key, { eventId: messageId = uuidV7() }) => ({
    body,
    messageId,
    line: `${body.length} bytes`,
    json: { messageId, bytes: body.length },
  });
}

function readRaw(file: string, { readInput }: CommandContext): Promise<Buffer> {
  return file === '-' ? readInput() : readFile(file);
}

/** Runs `send` for 0, 1, 2 …, side by side, but begins no more of them a second than `rate`. Ends with the first failure. */
async function inTime(
  { count, rate }: { count: number; rate?: number },
  send: (index: number) => Promise<void>,
): Promise<void> {
  const started = performance.now();
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];
  for (let index = 0; index < count && failures.length === 0; index++) {
    if (rate !== undefined) await pause(started + (index * 1000) / rate - performance.now());
    const sending: Promise<void> = send(index)
      .catch((error) => void failures.push(error))
      .finally(() => underWay.delete(sending));
    underWay.add(sending);
    if (underWay.size >= WINDOW) await Promise.race(underWay);
  }
  await Promise.all(underWay);
  if (failures.length > 0) throw failures[0];
}
