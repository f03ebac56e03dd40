/** An upstream service: publishes `order.paid`, as fast as the broker confirms or at a rate. */

import { type ConfirmChannel, connect } from 'amqplib';
import { splitUrls } from '../../../src/platform/url-list.ts';
import { takeCommands } from '../commands.ts';
import { paced, shopOf } from './pacing.ts';

export interface PublisherCommands {
  connect(where: { amqpUrl: string; exchange: string }): Promise<void>;
  /** All at once, dealt out to `shops`; resolves when all are confirmed. */
  burst(request: { count: number; shops: number }): Promise<{ seconds: number }>;
  /** Evenly over the time; each event carries the microsecond at which it was published. */
  pace(request: {
    perSecond: number;
    seconds: number;
    shops: number;
    /** The shops come in no order. */
    isScattered?: boolean;
  }): Promise<{ published: number }>;
}

/** Unconfirmed at a time: enough to keep the broker busy. */
const WINDOW = 2_000;
const RUN = Date.now().toString(36);

let channel: ConfirmChannel | undefined;
let exchange = '';
let last = 0;

function publish(shops: number, isScattered = false): void {
  last++;
  const event = {
    eventId: `bench-${RUN}-${process.pid}-${last}`,
    orderId: last,
    orderNumber: `T${process.hrtime.bigint() / 1000n}`,
    shopId: `shop-${shopOf(last, shops, isScattered)}`,
  };
  channel?.publish(exchange, 'order.paid', Buffer.from(JSON.stringify(event)), {
    persistent: true,
    contentType: 'application/json',
  });
}

const commands: PublisherCommands = {
  async connect(where) {
    const connection = await connect(splitUrls(where.amqpUrl)[0] ?? '');
    channel = await connection.createConfirmChannel();
    exchange = where.exchange;
  },
  async burst({ count, shops }) {
    const started = performance.now();
    for (let sent = 0; sent < count; sent++) {
      publish(shops);
      if (sent % WINDOW === WINDOW - 1) await channel?.waitForConfirms();
    }
    await channel?.waitForConfirms();
    return { seconds: (performance.now() - started) / 1000 };
  },
  async pace({ perSecond, seconds, shops, isScattered = false }) {
    const published = Math.ceil(perSecond * seconds);
    await paced(published, perSecond, () => publish(shops, isScattered));
    await channel?.waitForConfirms();
    return { published };
  },
};
takeCommands(commands);
