/**
 * One recovering connection to RabbitMQ. Guarantees that after any loss everything that `setup` builds is built again;
 * that a channel which died alone takes its connection with it, since a connection whose one channel is closed looks
 * healthy; and that a connection which is ended is over in bounded time, also if its peer answers nothing.
 * Does not buffer: what is published or acknowledged while the link is down fails at the caller.
 */

import { messageOf } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { readClientTls } from '../platform/tls-files.ts';
import { locationOf, splitUrls } from '../platform/url-list.ts';
import type { BrokerAddress } from './address.ts';
import type { BrokerLink } from './link.ts';
import { startRecovery } from './recovery.ts';
import { adviseRefusal, unavailable } from './refusals.ts';
import { type BrokerSession, openSession, type SessionOptions } from './session.ts';

export interface ConnectionOptions extends BrokerAddress, SessionOptions {
  /** How long the first connection may take, retries included. */
  connectSeconds: number;
}

export interface BrokerConnection {
  /** Connected, set up, and not blocked by an alarm of the broker. */
  isUp(): boolean;
  close(): Promise<void>;
}

/**
 * Connects and runs `setup`, now and after every loss, with backoff and for as long as it takes. The first time,
 * rejects with `broker-unavailable` after `connectSeconds`, or at once where waiting cannot help.
 * `onUp` runs after each successful set-up. The caller closes it.
 */
export async function openConnection(
  options: ConnectionOptions,
  logger: Logger,
  setup: (link: BrokerLink) => Promise<void>,
  onUp: () => void = () => {},
): Promise<BrokerConnection> {
  const log = logger.child({ connection: options.name });
  const tls = readClientTls('amqp', options);
  const urls = splitUrls(options.url);
  const first = awaitFirst(urls, options.connectSeconds);
  let session: BrokerSession | undefined;
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
      log.info({ broker: locationOf(url) }, 'connected to RabbitMQ');
      onUp();
      first.succeed();
    },
    onLost(reason) {
      session = undefined;
      if (!isClosed) log.warn({ error: reason }, 'lost RabbitMQ');
    },
    onFailure(url, error) {
      if (isClosed) return;
      log.warn({ broker: locationOf(url), error: messageOf(error) }, 'RabbitMQ cannot be reached');
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
