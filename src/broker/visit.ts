/** A short visit to the broker: one connection that is not recovered, for a command that runs and ends. */

import { type Channel, type ChannelModel, connect } from 'amqplib';
import { AppError, messageOf } from '../platform/errors.ts';
import { createPublisher, type Publisher } from './publisher.ts';

/** Connects, works, and closes whatever `work` left open. Rejects with `broker-unavailable` if it cannot connect. */
export async function visitBroker<T>(url: string, work: (model: ChannelModel) => Promise<T>): Promise<T> {
  const model = await connect(url, { timeout: 10_000 }).catch((error) => {
    throw new AppError('broker-unavailable', `RabbitMQ: ${messageOf(error)}`, error);
  });
  let lost: Error | undefined;
  model.on('error', (error) => {
    lost = error;
  });
  try {
    return await work(model);
  } catch (error) {
    throw lost === undefined ? error : new AppError('broker-unavailable', `RabbitMQ: ${lost.message}`, lost);
  } finally {
    await model.close().catch(() => {}); // it may be the very thing that was lost
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
