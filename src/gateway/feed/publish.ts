/** What a feed does with each item at its head: to the sockets of both protocols, and into what it knows as published. */

import type { LoggedNotification, LoggedReceipt } from '../../domain/notification.ts';
import type { Logger } from '../../platform/logger.ts';
import { SUBPROTOCOL } from '../../protocol/subprotocols.ts';
import type { GatewayObserver } from '../observer.ts';
import { acknowledgedFrame, notificationFrame, plainFrame, receiptFrame } from '../server-frames.ts';
import type { GatewaySpans } from '../spans.ts';
import { FollowedLog } from './followed-log.ts';
import { FrameTail } from './frame-tail.ts';
import type { Published } from './published.ts';
import { Sequence } from './sequence.ts';
import type { ShopTopics } from './shop-topics.ts';

export interface PublishOptions {
  topics: ShopTopics;
  /** The frames of the notifications. */
  tail: FrameTail;
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
  const { topics, tail, published, tailLength, observe, spans, logger, now, onReceipt } = options;

  function publishNotification(notification: LoggedNotification, frame: string): void {
    const { shopId, seq, eventId, occurredAt, trace } = notification;
    const startedAt = now();
    const v1 = topics.publish(SUBPROTOCOL, () => frame);
    // In another log than the one before, under another number, it may have been published already.
    const isRepeat = published.has(notification);
    const plain = isRepeat ? 0 : topics.publish('plain', () => plainFrame(notification));
    const hasReached = v1 + plain > 0;
    published.add(seq, notification, startedAt, hasReached);
    if (hasReached) {
      observe.published(occurredAt);
      if (trace !== undefined) spans?.published(notification, startedAt, { plain, [SUBPROTOCOL]: v1 });
    }
    logger.debug({ eventId, shopId, seq, v1, plain }, 'published to sockets');
  }

  const notifications = new Sequence<LoggedNotification>({
    tail,
    numberOf: ({ seq }) => seq,
    frameOf: notificationFrame,
    publish: publishNotification,
  });
  const receipts = new Sequence<LoggedReceipt>({
    tail: new FrameTail(tailLength),
    numberOf: ({ n }) => n,
    frameOf: receiptFrame,
    publish(receipt, frame) {
      const acknowledged = tail.at(receipt.seq);
      if (acknowledged !== undefined) tail.replace(receipt.seq, acknowledgedFrame(acknowledged, receipt));
      onReceipt(receipt);
      topics.publish(SUBPROTOCOL, () => frame);
    },
  });
  return new FollowedLog(notifications, receipts);
}
