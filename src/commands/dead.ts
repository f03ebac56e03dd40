/** `orderbell dead`: the dead letters, for the operator. What is done to them is the broker room's. */

import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import type { DeadLetter } from '../broker/dead-letters/dead-letter.ts';
import {
  findDeadLetter,
  purgeDeadLetters,
  redriveDeadLetters,
  showDeadLetters,
} from '../broker/dead-letters/queue.ts';
import { topologyNames } from '../broker/topology.ts';
import { type WithBrokerOptions, withBroker } from '../broker/with-broker.ts';
import type { Config } from '../config/config.ts';
import { AppError, messageOf } from '../platform/errors.ts';
import type { CommandContext } from './context.ts';
import { readCount, readRate, readTime } from './option-values.ts';

interface FilterOptions {
  key?: string;
  reason?: string;
  since?: string;
  limit?: number;
}

interface RedriveOptions extends FilterOptions {
  rate?: number;
  dryRun?: boolean;
  json?: boolean;
}

/** Who reads a list in a pager keeps us from writing, and so from answering the broker, for minutes. */
const PATIENCE: WithBrokerOptions = { heartbeatSeconds: 600 };

/** Adds `dead` and its subcommands. Each rejects where RabbitMQ cannot be reached. */
export function addDeadCommands(cli: Command, { readConfig, print }: CommandContext): void {
  const dead = cli.command('dead').description('the dead letters: messages that could not be used');

  withFilter(dead.command('list').description('list the dead letters, oldest first; changes nothing'))
    .option('--json', 'one JSON object a line')
    .action(async ({ json, ...filter }: FilterOptions & { json?: boolean }) => {
      const { names, atBroker } = broker(readConfig());
      const show = (letter: DeadLetter) => print(json ? JSON.stringify(asJson(letter)) : asLine(letter));
      const count = await atBroker((model) => showDeadLetters(model, names, filter, show), PATIENCE);
      if (!json) print(`${count} dead letters`);
    });

  dead
    .command('show')
    .description('show one dead letter whole')
    .argument('<id>', 'its id in the list, or its message id')
    .option('--json', 'as a JSON object')
    .action(async (id: string, { json }: { json?: boolean }) => {
      const { names, atBroker } = broker(readConfig());
      const letter = await atBroker((model) => findDeadLetter(model, names, id));
      if (letter === undefined) throw new AppError('not-found', `there is no dead letter ${id}`);
      const text = JSON.stringify(asJson(letter), null, json ? undefined : 2);
      for (const line of text.split('\n')) print(line);
    });

  withFilter(dead.command('redrive').description('publish dead letters again, each with its own event id'))
    .option('--rate <n>', 'at most so many a second, such as 10 or 10/s', readRate)
    .option('--dry-run', 'say what would be published, and publish nothing')
    .option('--json', 'one JSON object a line: the letter without its body, outcome, error')
    .action(async ({ rate, dryRun = false, json, ...filter }: RedriveOptions) => {
      const config = readConfig();
      const { names, atBroker } = broker(config);
      const verb = dryRun ? 'would redrive' : 'redrove';
      const say = (letter: DeadLetter, outcome: string, error?: string) => {
        const { body: _, ...rest } = letter;
        const line = `${outcome.padEnd(7)}  ${asLine(letter)}${error === undefined ? '' : `: ${error}`}`;
        print(json ? JSON.stringify({ ...rest, outcome, error }) : line);
      };
      const result = await atBroker((model) =>
        redriveDeadLetters(model, names, {
          filter,
          dryRun,
          pace: () => (rate === undefined || dryRun ? Promise.resolve() : pause(1000 / rate)),
          confirmSeconds: config.relay.confirmSeconds,
          onRedriven: (letter) => say(letter, verb),
          onFailed: (letter, error) => say(letter, 'left', messageOf(error)),
        }),
      );
      if (!json) print(`${verb} ${result.redriven}, left ${result.failed}`);
      if (result.failed > 0) throw new AppError('publish-returned', `${result.failed} dead letters stay`);
    });

  dead
    .command('purge')
    .description('remove all dead letters, for good')
    .requiredOption('--yes', 'you mean it')
    .option('--json', 'as a JSON object: removed')
    .action(async ({ json }: { json?: boolean }) => {
      const { names, atBroker } = broker(readConfig());
      const removed = await atBroker((model) => purgeDeadLetters(model, names));
      print(json ? JSON.stringify({ removed }) : `removed ${removed}`);
    });
}

function broker({ amqp }: Config) {
  const names = topologyNames(amqp.prefix);
  return {
    names,
    atBroker: <T>(work: Parameters<typeof withBroker<T>>[1], options?: WithBrokerOptions) =>
      withBroker<T>(amqp, work, options),
  };
}

function withFilter(command: Command): Command {
  return command
    .option('--key <key>', 'only those with this routing key')
    .option('--reason <reason>', 'only those with this reason')
    .option('--since <time>', 'only those from this ISO 8601 time on', readTime)
    .option('--limit <n>', 'at most so many', readCount);
}

function asLine({ id, at, routingKey, reason, messageId, detail }: DeadLetter): string {
  return [id, at || '-', routingKey, reason, messageId ?? '-', detail].join('  ').trimEnd();
}

function asJson({ body, ...letter }: DeadLetter): object {
  return { ...letter, body: body.toString('utf8') };
}
