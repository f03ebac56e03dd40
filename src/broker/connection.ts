/**
 * One recovering connection to RabbitMQ. Guarantees that after any loss everything that `setup` builds is built again;
 * that a channel which died alone takes its connection with it, since a connection whose one channel is closed looks
 * healthy; and that a connection which is ended is over in bounded time, also if its peer answers nothing.
 * Does not buffer: what is published or acknowledged while the link is down fails at the caller.
 */

import { Duplex } from 'node:stream';
import { type Channel, type ChannelModel, connect } from 'amqplib';
import { withDeadline } from '../platform/deadline.ts';
import { AppError, messageOf } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { type ClientTls, type ClientTlsFiles, readClientTls } from '../platform/tls-files.ts';
import { addressOf, splitUrls } from '../platform/url-list.ts';
import { closeChannel } from './close-channel.ts';
import { gatherWritesOf } from './gather-writes.ts';
import { startRecovery } from './recovery.ts';
import { adviseRefusal, unavailable } from './refusals.ts';

/** Where the broker is, or several separated by commas, and by which files it is trusted if the URL is `amqps:`. */
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

/** How long the broker may take to answer that the channels, or the connection, are closed. */
const CLOSE_MS = 2_000;

/** How long one broker may take to let us in, and then for all that is declared: one without its cluster never answers. */
const CONNECT_MS = 10_000;
const SET_UP_MS = 30_000;

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
  const tls = readClientTls('amqp', options);
  const urls = splitUrls(options.url);
  const first = awaitFirst(urls, options.connectSeconds);
  let session: Session | undefined;
  let isClosed = false;
  const recovery = startRecovery({
    urls,
    open: (url) => openSession(url, options, tls, setup, log),
    onOpen(opened, url) {
      session = opened;
      if (isClosed) {
        void opened.close();
        return;
      }
      log.info({ broker: addressOf(url) }, 'connected to RabbitMQ');
      onUp();
      first.succeed();
    },
    onLost(reason) {
      session = undefined;
      if (!isClosed) log.warn({ error: reason }, 'lost RabbitMQ');
    },
    onFailure(url, error) {
      if (isClosed) return;
      log.warn({ broker: addressOf(url), error: messageOf(error) }, 'RabbitMQ cannot be reached');
      first.fail(url, error);
    },
  });
  const close = async () => {
    isClosed = true;
    recovery.stop();
    await session?.close();
  };
  try {
    await first.done;
  } catch (error) {
    await close();
    throw error;
  }
  return { isUp: () => !isClosed && session?.isUp() === true, close };
}

/** The first success of any broker, or why there is none: after `connectSeconds`, or once each has refused us. */
function awaitFirst(urls: readonly string[], connectSeconds: number) {
  const failures = new Map<string, unknown>();
  let succeed = () => {};
  let giveUp = () => {};
  const done = new Promise<void>((resolve, reject) => {
    succeed = resolve;
    giveUp = () => reject(unavailable(failures));
  });
  const timer = setTimeout(giveUp, connectSeconds * 1000);
  done.catch(() => {}).finally(() => clearTimeout(timer));
  return {
    done,
    succeed,
    fail(url: string, error: unknown) {
      failures.set(url, error);
      if (urls.every((one) => adviseRefusal(failures.get(one)) !== undefined)) giveUp();
    },
  };
}

/** One established connection, set up. */
interface Session {
  /** Resolves with the reason when it is closed or lost. */
  closed: Promise<string>;
  /** Neither ended nor blocked by an alarm of the broker. */
  isUp(): boolean;
  /** Closes its channels, each behind what was sent on it, which the connection's own close would overtake, and itself. */
  close(): Promise<void>;
}

async function openSession(
  url: string,
  { name, heartbeatSeconds }: ConnectionOptions,
  tls: ClientTls,
  setup: (link: Link) => Promise<void>,
  log: Logger,
): Promise<Session> {
  const model = await connect(withHeartbeat(url, heartbeatSeconds), {
    ...tls,
    noDelay: true,
    keepAlive: true,
    timeout: CONNECT_MS,
    clientProperties: { connection_name: `orderbell ${name}` },
  });
  gatherWritesOf(model);
  const end = watchEnd(model);
  const isBlocked = watchBlocks(model, log);
  const fail = (reason: string) => {
    if (end.reason() !== undefined) return;
    log.warn({ reason }, 'ending the RabbitMQ connection to build it anew');
    end.begin(reason);
  };
  const channels = watchChannels(fail, log);
  try {
    // Not every call of amqplib settles when the link is lost.
    const ready = Promise.race([setup({ model, fail, watch: channels.watch }), end.closed]);
    await withDeadline(ready, SET_UP_MS, 'declaring');
  } catch (error) {
    end.begin(messageOf(error));
    throw error;
  }
  // A loss during set-up; without this it would pass for a healthy connection.
  const lost = end.reason();
  if (lost !== undefined) throw new AppError('broker-unavailable', lost);
  return {
    closed: end.closed,
    isUp: () => end.reason() === undefined && !isBlocked(),
    async close() {
      await withDeadline(channels.close(), CLOSE_MS, 'closing').catch(() => {});
      end.begin('closed');
      await end.closed;
    },
  };
}

/** The end of a connection, whoever begins it. */
function watchEnd(model: ChannelModel) {
  let reason: string | undefined;
  const closed = new Promise<string>((resolve) => {
    model.on('error', (error) => {
      reason ??= messageOf(error); // `close` comes next
    });
    model.on('close', (error) => {
      reason ??= error ? messageOf(error) : 'closed';
      resolve(reason);
      // Of one that was lost nothing is to be sent any more, and its socket would wait for that.
      if (error) destroySocket(model, reason);
    });
  });
  return {
    closed,
    /** Undefined as long as it is good. */
    reason: () => reason,
    /** Closes it as AMQP wants it; where the broker does not answer in time, by its socket. */
    begin(why: string) {
      reason ??= why;
      model.close().catch(() => {}); // rejects where it is closed already, which is what we want
      const timer = setTimeout(() => destroySocket(model, `no answer to closing: ${why}`), CLOSE_MS);
      closed.then(() => clearTimeout(timer));
    },
  };
}

/** amqplib takes the error for a loss of the link. Does nothing where it keeps its socket elsewhere than it did. */
function destroySocket({ connection }: ChannelModel, reason: string): void {
  if ('stream' in connection && connection.stream instanceof Duplex) {
    connection.stream.destroy(new Error(reason));
  }
}

function watchBlocks(model: ChannelModel, log: Logger): () => boolean {
  let blocked = false;
  model.on('blocked', (reason) => {
    blocked = true;
    log.warn({ reason }, 'RabbitMQ blocks publishers');
  });
  model.on('unblocked', () => {
    blocked = false;
    log.info('RabbitMQ accepts publishers again');
  });
  return () => blocked;
}

function watchChannels(fail: Link['fail'], log: Logger) {
  const watched = new Map<Channel, () => void>();
  return {
    watch(channel: Channel, name: string): () => void {
      let expected = false;
      channel.on('error', (error) =>
        log.warn({ channel: name, error: messageOf(error) }, 'a channel failed'),
      );
      channel.on('close', () => {
        watched.delete(channel);
        // A connection that closes closes its channels first: only one that stays open has lost a channel alone.
        setImmediate(() => {
          if (!expected) fail(`channel ${name} closed`);
        });
      });
      const expectClose = () => {
        expected = true;
      };
      watched.set(channel, expectClose);
      return expectClose;
    },
    async close(): Promise<void> {
      const closing = [...watched].map(([channel, expectClose]) => {
        expectClose();
        return closeChannel(channel);
      });
      await Promise.allSettled(closing);
    },
  };
}

/** The URL, with that heartbeat unless it has its own. */
export function withHeartbeat(url: string, seconds: number): string {
  const parsed = new URL(url);
  if (!parsed.searchParams.has('heartbeat')) parsed.searchParams.set('heartbeat', String(seconds));
  return parsed.href;
}
