/**
 * Consuming the queue `notifications`, over one connection after another. A delivery whose channel is gone is no longer
 * live, and loses its body: the broker delivers it again, so whatever was done with it must bear repeating.
 *
 * | state   | means                                     | ends by                                  |
 * | ------- | ----------------------------------------- | ---------------------------------------- |
 * | resting | none come: not started yet, or returned   | `start` → running, `cancel` → ended      |
 * | running | deliveries come; again after every loss   | `requeueAll` → resting, `cancel` → ended |
 * | ended   | none come; those in hand can be settled   | –                                        |
 */

import { messageOf } from '../platform/errors.ts';
import {
  ChannelDelivery,
  type ConsumerChannel,
  type ConsumerOptions,
  openConsumerChannel,
} from './consumer-channel.ts';
import type { BrokerLink } from './link.ts';
import type { QueueDelivery } from './queue-delivery.ts';

export interface QueueConsumer {
  /** Opens the channel on a fresh connection, if running. For the connection's set-up. */
  attach(link: BrokerLink): Promise<void>;
  /** Acknowledges deliveries; those that are not live are passed over. */
  settle(deliveries: readonly QueueDelivery[]): void;
  /** Closes the channel on purpose: the broker takes back what is in hand. Settles when it is closed. */
  requeueAll(): Promise<void>;
  /** Consumes, also again after `requeueAll`; without a connection, as soon as there is one. */
  start(): Promise<void>;
  /** No further deliveries; what is in hand can still be settled while the connection lasts. */
  cancel(): Promise<void>;
}

export function createConsumer(options: ConsumerOptions): QueueConsumer {
  let state: 'resting' | 'running' | 'ended' = 'resting';
  let link: BrokerLink | undefined;
  let open: ConsumerChannel | undefined;
  let openings = 0;

  async function openChannel(on: BrokerLink): Promise<void> {
    const mine = ++openings;
    const channel = await openConsumerChannel(options, on);
    if (state !== 'running' || mine !== openings) {
      // Returned or cancelled while the channel was being opened, and perhaps opened anew: this one is not wanted.
      await channel.close();
      return;
    }
    open = channel;
    await channel.consume();
  }

  return {
    async attach(fresh) {
      link = fresh;
      if (state === 'running') await openChannel(fresh);
    },
    settle(deliveries) {
      const byChannel = new Map<ConsumerChannel, ChannelDelivery[]>();
      for (const delivery of deliveries) {
        if (!(delivery instanceof ChannelDelivery) || !delivery.isLive()) continue;
        const ofChannel = byChannel.get(delivery.from);
        if (ofChannel) ofChannel.push(delivery);
        else byChannel.set(delivery.from, [delivery]);
      }
      for (const [channel, ofChannel] of byChannel) channel.settle(ofChannel);
    },
    async requeueAll() {
      if (state === 'running') state = 'resting';
      if (open?.isLive()) await open.close();
    },
    async start() {
      if (state !== 'resting') return;
      state = 'running';
      const on = link;
      // Where the link has just been lost, the next one opens the channel.
      if (on !== undefined) await openChannel(on).catch((error) => on.fail(messageOf(error)));
    },
    async cancel() {
      state = 'ended';
      if (open?.isLive()) await open.cancel();
    },
  };
}
