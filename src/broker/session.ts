/**
 * One connection to RabbitMQ from its opening to its end. Guarantees that a channel which dies alone ends the connection,
 * and that the end comes in bounded time, also if the peer answers nothing.
 */

import { connect } from 'amqplib';
import { withDeadline } from '../platform/deadline.ts';
import { AppError, messageOf } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import type { ClientTls } from '../platform/tls-files.ts';
import { withHeartbeat } from './address.ts';
import { CLOSE_MS, watchBlocks, watchChannels, watchEnd } from './connection-watches.ts';
import { gatherWritesOf } from './gather-writes.ts';
import type { BrokerLink } from './link.ts';

/** Bounds for connecting and for the set-up: a broker that lost its cluster accepts a connection and answers nothing. */
const CONNECT_MS = 10_000;
const SET_UP_MS = 30_000;

export interface SessionOptions {
  /** Shown by the broker beside the connection: what it is for. */
  name: string;
  heartbeatSeconds: number;
}

/** One established connection, set up. */
export interface BrokerSession {
  /** Resolves with the reason when it is closed or lost. */
  closed: Promise<string>;
  /** Neither ended nor blocked by an alarm of the broker. */
  isUp(): boolean;
  /** Closes its channels, each behind what was sent on it, which the connection's own close would overtake, and itself. */
  close(): Promise<void>;
}

/** Connects once and runs `setup`. Rejects, with the connection ended, where either fails or takes too long. */
export async function openSession(
  url: string,
  { name, heartbeatSeconds }: SessionOptions,
  tls: ClientTls,
  setup: (link: BrokerLink) => Promise<void>,
  log: Logger,
): Promise<BrokerSession> {
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
