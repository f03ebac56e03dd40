/** One connection that is not recovered, for a command that runs and ends. */

import { type Channel, type ChannelModel, connect } from 'amqplib';
import { withDeadline } from '../platform/deadline.ts';
import { AppError } from '../platform/errors.ts';
import { readClientTls } from '../platform/tls-files.ts';
import { locationOf, splitUrls } from '../platform/url-list.ts';
import { type BrokerAddress, withHeartbeat } from './address.ts';
import { createPublisher, type Publisher } from './publisher.ts';
import { unavailable } from './refusals.ts';

/** How long the broker may take to answer that the connection is closed: one that blocks us never does. */
const CLOSE_MS = 1_000;

export interface WithBrokerOptions {
  connectMs?: number;
  /** A link that was silent for twice as long is given up, by either side; else the broker's choice. */
  heartbeatSeconds?: number;
}

/**
 * Connects to the first broker that accepts us, works, and closes what `work` left open. `work` also gets the address of
 * that broker, to print. Rejects with `broker-unavailable` if it cannot connect or the link is lost.
 */
export async function withBroker<T>(
  { url, ...tls }: BrokerAddress,
  work: (model: ChannelModel, where: string) => Promise<T>,
  { connectMs = 10_000, heartbeatSeconds }: WithBrokerOptions = {},
): Promise<T> {
  const options = { timeout: connectMs, ...readClientTls('amqp', tls) };
  const withHeart = (one: string) =>
    heartbeatSeconds === undefined ? one : withHeartbeat(one, heartbeatSeconds);
  const { model, at } = await connectAny(splitUrls(url), (one) => connect(withHeart(one), options));
  let lost: Error | undefined;
  model.on('error', (error) => {
    lost = error;
  });
  try {
    return await work(model, at);
  } catch (error) {
    throw lost === undefined ? error : new AppError('broker-unavailable', `RabbitMQ: ${lost.message}`, lost);
  } finally {
    // It may be the very thing that was lost.
    await withDeadline(model.close(), CLOSE_MS, 'closing').catch(() => {});
  }
}

async function connectAny(
  urls: readonly string[],
  open: (url: string) => Promise<ChannelModel>,
): Promise<{ model: ChannelModel; at: string }> {
  const failures = new Map<string, unknown>();
  for (const url of urls) {
    try {
      return { model: await open(url), at: locationOf(url) };
    } catch (error) {
      failures.set(url, error);
    }
  }
  throw unavailable(failures);
}

/** A publisher for as long as the connection lasts. */
export async function openPublisher(model: ChannelModel, confirmSeconds: number): Promise<Publisher> {
  const publisher = createPublisher(confirmSeconds);
  await publisher.attach({ model, fail: () => {}, watch: ignoreErrors });
  return publisher;
}

function ignoreErrors(channel: Channel): () => void {
  channel.on('error', () => {}); // the call that fails rejects with it
  return () => {};
}
