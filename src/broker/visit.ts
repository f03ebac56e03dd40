/** A short visit to the broker: one connection that is not recovered, for a command that runs and ends. */

import { type Channel, type ChannelModel, connect } from 'amqplib';
import { withDeadline } from '../platform/deadline.ts';
import { AppError, messageOf } from '../platform/errors.ts';
import { readClientTls } from '../platform/tls-files.ts';
import { type BrokerAddress, withHeartbeat } from './connection.ts';
import { createPublisher, type Publisher } from './publisher.ts';

/** How long the broker may take to answer that the connection is closed: one that blocks us never does. */
const CLOSE_MS = 1_000;

export interface VisitOptions {
  connectMs?: number;
  /** A link that was silent for twice as long is given up, by either side; else the broker's choice. */
  heartbeatSeconds?: number;
}

/**
 * Connects, works, and closes whatever `work` left open. Rejects with `broker-unavailable` if it cannot connect or the
 * link is lost.
 */
export async function visitBroker<T>(
  { url, ...tls }: BrokerAddress,
  work: (model: ChannelModel) => Promise<T>,
  { connectMs = 10_000, heartbeatSeconds }: VisitOptions = {},
): Promise<T> {
  const address = heartbeatSeconds === undefined ? url : withHeartbeat(url, heartbeatSeconds);
  const model = await connect(address, { timeout: connectMs, ...readClientTls('amqp', tls) }).catch(
    (error) => {
      throw new AppError('broker-unavailable', `RabbitMQ: ${messageOf(error)}`, error);
    },
  );
  let lost: Error | undefined;
  model.on('error', (error) => {
    lost = error;
  });
  try {
    return await work(model);
  } catch (error) {
    throw lost === undefined ? error : new AppError('broker-unavailable', `RabbitMQ: ${lost.message}`, lost);
  } finally {
    // It may be the very thing that was lost.
    await withDeadline(model.close(), CLOSE_MS, 'closing').catch(() => {});
  }
}

/** A publisher for the rest of the visit. */
export async function openPublisher(model: ChannelModel, confirmSeconds: number): Promise<Publisher> {
  const publisher = createPublisher(confirmSeconds);
  await publisher.attach({ model, fail: () => {}, watch: ignoreErrors });
  return publisher;
}

function ignoreErrors(channel: Channel): () => void {
  channel.on('error', () => {}); // the call that fails rejects with it
  return () => {};
}
