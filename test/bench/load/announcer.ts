/**
 * Other gateways' shops: announces what workers elsewhere would have logged, signed as theirs is, to every gateway's queue; and
 * queues of gateways that are not there, for what one more copy costs RabbitMQ.
 */

import { type Channel, connect } from 'amqplib';
import { SIGNED_KEY } from '../../../src/broker/announcements.ts';
import { createSeal } from '../../../src/broker/seal.ts';
import { encodeLogged } from '../../../src/domain/announcement.ts';
import { splitUrls } from '../../../src/platform/url-list.ts';
import { takeCommands } from '../commands.ts';
import { paced } from './pacing.ts';

export interface AnnouncerCommands {
  /** `keys` are those of the announcements, as base64. */
  connect(where: { amqpUrl: string; exchange: string; key: string }): Promise<void>;
  /** Queues beside those of gateways, consumed here and looked at by nothing. */
  listen(request: { queues: number }): Promise<void>;
  /** Evenly; each announcement is of one commit with so many events, each of another shop. */
  pace(request: { announcementsPerSecond: number; seconds: number; events: number }): Promise<Announced>;
}

export interface Announced {
  announcements: number;
  /** Of one announcement, its signature included. */
  bytes: number;
}

/** Made before: the generator shall cost little. Each is decoded anew by those that get it. */
const PREPARED = 64;

let channel: Channel | undefined;
let exchange = '';
let secret: Buffer = Buffer.alloc(0);

let last = 0;

function announcementOf(events: number): Buffer {
  const logged = Array.from({ length: events }, () => {
    last++;
    const shopId = `elsewhere-${last}`;
    const notification = {
      shopId,
      seq: 1 + (last % 1_000),
      eventId: `paid-elsewhere-${last}`,
      type: 1,
      orderId: last,
      content: `订单号： T${last}0000000000`,
      occurredAt: new Date().toISOString(),
    };
    return { shopId, epoch: '7300000000000000000-1-4711', notifications: [notification] };
  });
  const seal = createSeal(exchange, () => [secret]);
  const [body = '', ...others] = encodeLogged(logged);
  if (others.length > 0) throw new Error(`${events} events do not fit into one announcement`);
  return seal.seal(body) ?? Buffer.alloc(0);
}

const commands: AnnouncerCommands = {
  async connect(where) {
    exchange = where.exchange;
    secret = Buffer.from(where.key, 'base64');
    const connection = await connect(splitUrls(where.amqpUrl)[0] ?? '');
    channel = await connection.createChannel();
  },
  async listen({ queues }) {
    for (let made = 0; made < queues; made++) {
      const declared = await channel?.assertQueue('', { exclusive: true, autoDelete: true });
      if (declared === undefined) throw new Error('connect first');
      await channel?.bindQueue(declared.queue, exchange, SIGNED_KEY);
      await channel?.consume(declared.queue, () => {}, { noAck: true });
    }
  },
  async pace({ announcementsPerSecond, seconds, events }) {
    const prepared = Array.from({ length: PREPARED }, () => announcementOf(events));
    const announcements = Math.ceil(announcementsPerSecond * seconds);
    let sent = 0;
    await paced(announcements, announcementsPerSecond, () => {
      channel?.publish(exchange, SIGNED_KEY, prepared[sent++ % PREPARED] ?? Buffer.alloc(0), {
        appId: 'elsewhere',
      });
    });
    return { announcements, bytes: prepared[0]?.length ?? 0 };
  },
};
takeCommands(commands);
