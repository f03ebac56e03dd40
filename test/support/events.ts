/** Publishing as an upstream service does: by any AMQP client, straight to the exchange. */

import type { ChannelModel, Options } from 'amqplib';

/** Publishes and waits until the broker has confirmed all of it. Bodies that are no strings are sent as JSON. */
export async function publishAll(
  connection: ChannelModel,
  exchange: string,
  messages: readonly { key: string; body: unknown; properties?: Options.Publish }[],
): Promise<void> {
  const channel = await connection.createConfirmChannel();
  for (const { key, body, properties } of messages) {
    const content = Buffer.isBuffer(body)
      ? body
      : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    channel.publish(exchange, key, content, { mandatory: true, persistent: true, ...properties });
  }
  await channel.waitForConfirms();
  await channel.close();
}
