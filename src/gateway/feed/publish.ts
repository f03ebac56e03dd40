/** What a feed does with each item at its head: to the sockets of both protocols, and into what it knows as published. */

import { eventKeyOf, type LoggedNotification, type LoggedReceipt } from '../../domain/notification.ts';
import type { Logger } from '../../platform/logger.ts';
import { SUBPROTOCOL } from '../../protocol/subprotocols.ts';
import type { GatewayObserver } from '../observer.ts';
import { plainFrame } from '../server-frames.ts';
import type { GatewaySpans } from '../spans.ts';
import { FollowedLog } from './followed-log.ts';
import { type NumberedFrame, TailedNotification, tailedReceipt } from './numbered-frames.ts';
import type { Published } from './published.ts';
import { Sequence } from './sequence.ts';
import type { ShopTopics } from './shop-topics.ts';

export interface PublishOptions {
  topics: ShopTopics;
  published: Published;
  tailLength: number;
  observe: Pick<GatewayObserver, 'published'>;
  spans?: GatewaySpans | undefined;
  logger: Logger;
  onReceipt(receipt: LoggedReceipt): void;
  /** Milliseconds of a monotonic clock. */
  now(): number;
}

export function createFollowedLog(options: PublishOptions): FollowedLog {
  const { topics, published, tailLength, observe, spans, logger, now, onReceipt } = options;

  function publishNotification(notification: LoggedNotification, kept: TailedNotification): void {
    const { shopId, seq, eventId, occurredAt, trace } = notification;
    const startedAt = now();
    const v1 = topics.publish(SUBPROTOCOL, () => kept.frame);
    // In another log than the one before, under another number, it may have been published already.
    const event = eventKeyOf(notification);
    const isRepeat = published.has(event);
    const plain = isRepeat ? 0 : topics.publish('plain', () => plainFrame(notification));
    published.add(seq, event, startedAt);
    if (v1 + plain > 0) {
      kept.publishedAt = startedAt;
      observe.published(occurredAt);
      if (trace !== undefined) spans?.published(notification, startedAt, { plain, [SUBPROTOCOL]: v1 });
    }
    logger.debug({ eventId, shopId, seq, v1, plain }, 'published to sockets');
  }

  const notifications = new Sequence<LoggedNotification, TailedNotification>({
    tailLength,
    numberOf: ({ seq }) => seq,
    keep: (notification) => new TailedNotification(notification),
    publish: publishNotification,
  });
  const receipts = new Sequence<LoggedReceipt, NumberedFrame>({
    tailLength,
    numberOf: ({ n }) => n,
    keep: tailedReceipt,
    publish(receipt, { frame }) {
      notifications.at(receipt.seq)?.acknowledgedBy(receipt);
      onReceipt(receipt);
      topics.publish(SUBPROTOCOL, () => frame);
    },
  });
  return new FollowedLog(notifications, receipts);
}
