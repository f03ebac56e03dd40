/**
 * One recovering connection to RabbitMQ. Guarantees that after any loss everything that `setup` builds is built again,
 * and that a channel which died alone takes its connection with it, so that recovery sees it: amqplib recovers
 * connections only, and a connection whose one channel is closed looks healthy.
 * Does not buffer: what is published or acknowledged while the link is down fails at the caller.
 */

import { type Channel, type ChannelModel, connect, type RecoveringChannelModel } from 'amqplib';
import { backoffMs } from '../platform/backoff.ts';
import { withDeadline } from '../platform/deadline.ts';
import { AppError, messageOf } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { type ClientTlsFiles, isCertificateFault, readClientTls } from '../platform/tls-files.ts';
import { closeChannel } from './close-channel.ts';
import { gatherWritesOf } from './gather-writes.ts';

/** Where the broker is, and by which files it is trusted if the URL is `amqps:`. */
export interface BrokerAddress extends ClientTlsFiles {
  readonly url: string;
}

export interface ConnectionOptions extends BrokerAddress {
  heartbeatSeconds: number;
  /** How long the first connection may take, retries included. */
  connectSeconds: number;
  /** Shown by the broker beside the connection: what it is for. RabbitMQ wants publishers and consumers apart. */
  name: string;
}

/** What `setup` works on: one established connection, until it is lost. */
export interface Link {
  model: ChannelModel;
  /** Ends this connection for a reason, so that recovery rebuilds everything. Safe to call twice. */
  fail(reason: string): void;
  /** Ends the connection when this channel closes, unless the function it returns was called first. */
  watch(channel: Channel, name: string): () => void;
}

/**
 * Says whether `channel` may be published on: not once it is closed, and not while the broker blocks publishers, when
 * whatever is written would only pile up in memory. Calls back on each change, first with true.
 */
export function onUsable(link: Link, channel: Channel, tell: (usable: boolean) => void): void {
  let closed = false;
  link.model.on('blocked', () => tell(false));
  link.model.on('unblocked', () => tell(!closed));
  channel.on('close', () => {
    closed = true;
    tell(false);
  });
  tell(true);
}

export interface BrokerConnection {
  /** Connected, set up, and not blocked by an alarm of the broker. */
  isUp(): boolean;
  close(): Promise<void>;
}

const BACKOFF = { initialMs: 200, maxMs: 5_000 };

/** How long the broker may take to answer that the channels are closed. */
const CLOSE_MS = 2_000;

/** What does not pass by waiting: wrong credentials, other arguments than those the broker's object has, no trust. */
function isPermanent(error: Error): boolean {
  return (
    /ACCESS[-_]REFUSED|PRECONDITION[-_]FAILED|NOT_ALLOWED/.test(error.message) || isCertificateFault(error)
  );
}

/**
 * Connects and runs `setup`, now and after every loss, with backoff and for as long as it takes. The first time,
 * rejects with `broker-unavailable` after `connectSeconds`, or at once where waiting cannot help.
 * `onUp` runs after each successful set-up. Whoever opens closes.
 */
export async function openConnection(
  options: ConnectionOptions,
  logger: Logger,
  setup: (link: Link) => Promise<void>,
  onUp: () => void = () => {},
): Promise<BrokerConnection> {
  const log = logger.child({ connection: options.name });
  let up = false;
  let blocked = false;
  let latest: Session | undefined;

  const connection = await connect(withHeartbeat(options.url, options.heartbeatSeconds), {
    ...readClientTls('amqp', options),
    noDelay: true,
    keepAlive: true,
    timeout: 10_000,
    clientProperties: { connection_name: `orderbell ${options.name}` },
    recovery: {
      waitForConnect: false,
      calculateDelay: (attempt) => backoffMs(attempt, BACKOFF),
      async setup(model: ChannelModel) {
        latest = await setUp(model, setup, log);
      },
    },
  });
  connection.on('connect', () => {
    up = true;
    blocked = false;
    log.info('connected to RabbitMQ');
    onUp();
  });
  connection.on('disconnect', (error) => {
    up = false;
    log.warn({ error: messageOf(error) }, 'lost RabbitMQ');
  });
  connection.on('connect-failed', (error) =>
    log.warn({ error: messageOf(error) }, 'RabbitMQ cannot be reached'),
  );
  connection.on('error', (error) => log.warn({ error: messageOf(error) }, 'the RabbitMQ connection failed'));
  connection.on('blocked', (reason) => {
    blocked = true;
    log.warn({ reason }, 'RabbitMQ blocks publishers');
  });
  connection.on('unblocked', () => {
    blocked = false;
    log.info('RabbitMQ accepts publishers again');
  });

  await firstConnection(connection, options.connectSeconds);
  return {
    isUp: () => up && !blocked,
    async close() {
      up = false;
      const session = latest;
      await withDeadline(session?.closeChannels() ?? Promise.resolve(), CLOSE_MS, 'closing').catch(() => {});
      // amqplib waits for the broker's answer also when the link is lost meanwhile.
      await Promise.race([connection.close(), ...(session ? [session.closed] : [])]);
    },
  };
}

/** One established connection, as whoever closes it needs it. */
interface Session {
  /** Resolves when it is closed or lost. */
  closed: Promise<void>;
  /** Closes the watched channels, each behind what was sent on it, which the connection's own close would overtake. */
  closeChannels(): Promise<void>;
}

async function setUp(
  model: ChannelModel,
  setup: (link: Link) => Promise<void>,
  log: Logger,
): Promise<Session> {
  gatherWritesOf(model);
  const watched = new Map<Channel, () => void>();
  let ended: string | undefined;
  model.on('error', () => {}); // said by the recovering connection, which listens only once set-up is over
  const closed = new Promise<void>((resolve) => {
    model.on('close', (error) => {
      ended ??= error ? messageOf(error) : 'closed';
      resolve();
    });
  });
  const fail = (reason: string) => {
    if (ended !== undefined) return;
    ended = reason;
    log.warn({ reason }, 'ending the RabbitMQ connection to build it anew');
    model.close().catch(() => {}); // rejects where the connection is closed already, which is what we want
  };
  const watch = (channel: Channel, name: string) => {
    let expected = false;
    channel.on('error', (error) => log.warn({ channel: name, error: messageOf(error) }, 'a channel failed'));
    channel.on('close', () => {
      // A connection that closes closes its channels first: only one that stays open has lost a channel alone.
      setImmediate(() => {
        if (!expected) fail(`channel ${name} closed`);
      });
    });
    const expectClose = () => {
      expected = true;
    };
    watched.set(channel, expectClose);
    channel.on('close', () => watched.delete(channel));
    return expectClose;
  };
  try {
    // Not every call of amqplib settles when the link is lost.
    await Promise.race([setup({ model, fail, watch }), closed]);
  } catch (error) {
    // Not awaited: amqplib would wait for an answer for ever if the link is lost now, and never connect again.
    model.close().catch(() => {});
    throw error;
  }
  // A loss during set-up is nobody's event yet; without this it would pass for a healthy connection.
  if (ended !== undefined) throw new AppError('broker-unavailable', ended);
  const close = ([channel, expectClose]: [Channel, () => void]) => {
    expectClose();
    return closeChannel(channel);
  };
  return {
    closed,
    async closeChannels() {
      await Promise.allSettled([...watched].map(close));
    },
  };
}

async function firstConnection(connection: RecoveringChannelModel, connectSeconds: number): Promise<void> {
  let lastError: unknown;
  const givenUp = new Promise<never>((_, reject) => {
    const giveUp = () => reject(unavailable(lastError));
    const timer = setTimeout(giveUp, connectSeconds * 1000);
    connection.on('connect-failed', (error) => {
      lastError = error;
      if (isPermanent(error)) giveUp();
    });
    connection.waitForConnect().then(
      () => clearTimeout(timer),
      () => clearTimeout(timer),
    );
  });
  givenUp.catch(() => {});
  try {
    await Promise.race([connection.waitForConnect(), givenUp]);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

function unavailable(cause: unknown): AppError {
  const hint = isCertificateFault(cause) ? ' (amqp.caFile names who signed its certificate)' : '';
  const message = `RabbitMQ: ${cause ? messageOf(cause) : 'no answer'}${hint}`;
  return new AppError('broker-unavailable', message, cause);
}

/** The URL, with that heartbeat unless it has its own. */
export function withHeartbeat(url: string, seconds: number): string {
  const parsed = new URL(url);
  if (!parsed.searchParams.has('heartbeat')) parsed.searchParams.set('heartbeat', String(seconds));
  return parsed.href;
}
