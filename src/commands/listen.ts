/**
 * `orderbell listen`: a shop's alerts in the terminal. Guarantees what the browser client does: each once and in order
 * through any cut, or a line that says what is missing.
 */

import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Address, sessionAddressOf } from '../client/address.ts';
import { startBell } from '../client/bell.ts';
import type { Place } from '../client/cursor.ts';
import type { State } from '../client/types.ts';
import { createWorld } from '../client/world.ts';
import { AppError, messageOf } from '../platform/errors.ts';
import { alertLine, gapLine, receiptLine } from './alert-lines.ts';
import { type CommandContext, runUntilStopped } from './context.ts';
import type { Failure } from './listen-socket.ts';
import { readCount } from './option-values.ts';

interface ListenOptions {
  url: string;
  sid: string;
  shop?: string;
  since?: number;
  epoch?: string;
  token?: string;
  tokenFile?: string;
  count?: number;
  json?: boolean;
}

export function addListenCommand(cli: Command, context: CommandContext): void {
  const command = cli
    .command('listen')
    .summary("a shop's alerts in the terminal, live")
    .description(
      "Prints a shop's alerts and acknowledgements as they come, until Ctrl-C. Comes back by itself after a cut and\n" +
        'goes on where it was; fails if it never gets in, if the service refuses it for good, or if another takes over.',
    )
    .option('--url <url>', 'of the service; else this machine and PORT')
    .option('--shop <id>', 'the shop; else that of the token, else `default`')
    .option(
      '--since <seq>',
      'begin after this one, or at the `oldest` that is kept; else at the present',
      readSince,
    )
    .addOption(new Option('--epoch <epoch>', 'the log that --since is of, as it was said at the end'))
    .option(
      '--sid <sid>',
      'the name of this session, which takes over from another of that name; else a new one',
    )
    .option('--token <token>', 'what allows it; other users of this machine may see it')
    .addOption(
      new Option('--token-file <file>', 'where that is, read anew for each attempt').conflicts('token'),
    )
    .option('--count <n>', 'end after so many alerts', readCount)
    .option('--json', 'one JSON object a line: kind (notification, receipt, gap), and its fields')
    .action((given: Partial<ListenOptions>) => {
      const options = { sid: `listen-${randomUUID().slice(0, 8)}`, url: localUrl(context), ...given };
      return listen(options, addressFor(command, options), context);
    });
}

async function listen(options: ListenOptions, address: Address, context: CommandContext): Promise<void> {
  const { json, tokenFile } = options;
  const readToken = async (file: string) => (await readFile(file, 'utf8')).trim();
  if (tokenFile !== undefined) await readToken(tokenFile); // once it listens a missing file is only waited for
  const token = tokenFile === undefined ? options.token : () => readToken(tokenFile);

  let settle: { done(): void; failed(error: Error): void } = { done() {}, failed() {} };
  const over = new Promise<void>((done, failed) => {
    settle = { done, failed };
  });
  let wasLive = false;
  let left = options.count ?? Number.POSITIVE_INFINITY;
  let last: number | undefined;

  // Only here: no other command needs a WebSocket of its own.
  const { reportingSockets } = await import('./listen-socket.ts');
  const sockets = reportingSockets((failure) => {
    const message = `the service cannot be listened to: ${failure.message}`;
    if (!wasLive || isFinal(failure)) settle.failed(new AppError('session-refused', message));
    else context.note(message);
  });
  const world = { ...createWorld(sockets), report: (error: unknown) => context.note(messageOf(error)) };
  const start: Place = { seq: options.since, epoch: options.epoch };
  const bell = startBell({ address, token, start, store: null }, world);
  const print = <E extends object>(kind: string, event: E, asLine: (event: E) => string) => {
    if (left > 0) context.print(json ? JSON.stringify({ kind, ...event }) : asLine(event));
  };
  bell.on('notification', (alert) => {
    print('notification', alert, alertLine);
    if (left === 0) return;
    last = alert.seq;
    left--;
    if (left === 0) settle.done();
  });
  bell.on('receipt', (receipt) => print('receipt', receipt, receiptLine));
  bell.on('gap', (gap) => print('gap', gap, gapLine));
  bell.on('state', (state) => {
    wasLive ||= state.name === 'live';
    if (state.name !== 'closed') context.note(stateWords(state, bell.position?.seq));
    else settle.failed(new AppError('session-replaced', `another session took over ${options.sid}`));
  });
  try {
    await Promise.race([over, runUntilStopped(context, async () => {})]);
  } finally {
    const { position } = bell;
    settle.done(); // `closed` is our own doing now
    bell.close();
    // More may have come in the turn of the last that was wanted.
    const seq = left === 0 ? last : position?.seq;
    if (position) context.note(`to go on from here: --since ${seq} --epoch ${position.epoch}`);
  }
}

/** What does not become right by another attempt: a malformed request, a missing right, not our service at all. */
function isFinal({ status = 0 }: Failure): boolean {
  return status >= 400 && status < 500 && status !== 429;
}

function stateWords({ name, reason, retryInMs }: State, seq: number | undefined): string {
  if (name === 'live') return `live, after ${seq}`;
  const why = reason === undefined ? '' : ` (${reason})`;
  if (name !== 'waiting' || retryInMs === undefined) return `${name}${why}`;
  return `waiting for ${(retryInMs / 1000).toFixed(1)} s${why}`;
}

/** Ends the command as used wrongly where no service would accept it. */
function addressFor(command: Command, { url, sid, shop }: ListenOptions): Address {
  try {
    return sessionAddressOf({ url, sid, ...(shop === undefined ? {} : { shop }) });
  } catch (error) {
    return command.error(`error: ${messageOf(error)}`);
  }
}

function localUrl({ explainConfig }: CommandContext): string {
  const port = explainConfig().settings.find(({ key }) => key === 'http.port')?.value;
  return `http://127.0.0.1:${port}`;
}

function readSince(text: string): number {
  if (text === 'oldest') return 0;
  if (!/^[0-9]{1,15}$/.test(text)) throw new InvalidArgumentError('a whole number, or oldest');
  return Number(text);
}
