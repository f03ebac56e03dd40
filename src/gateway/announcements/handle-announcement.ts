/**
 * What is announced, by the worker of this process or by another process, to the feeds and sessions here. It is handed on
 * in the turn in which it comes.
 */

import {
  type AnnouncedEscalation,
  type AnnouncedReceipts,
  type Announcement,
  decodeAnnouncement,
} from '../../domain/announcement.ts';
import type { LoggedBatch, ReceiptBatch } from '../../domain/log.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Feeds } from '../feed/feeds.ts';
import type { GatewayObserver } from '../observer.ts';
import type { SessionAnnouncer } from './session-announcer.ts';

export interface AnnouncementHandler {
  /** Another process has announced it, and signed it. */
  receiveAnnouncement(body: Buffer): void;
  /** Publishes what was logged to the sockets here. */
  fanOut(batches: readonly LoggedBatch[]): void;
  /** The same of receipts. */
  offerReceipts(batches: readonly ReceiptBatch[]): void;
  /** Shows the shops' v1 clients here that steps fired. One that was not connected then reads it in the log. */
  showEscalations(escalations: readonly AnnouncedEscalation[]): void;
}

export interface AnnouncementHandlerOptions {
  feeds: Pick<Feeds, 'find'>;
  announcer: Pick<SessionAnnouncer, 'receiveSessions'>;
  observe: Pick<GatewayObserver, 'fannedOut'>;
  logger: Logger;
}

/** A process of the version before writes no reason: it knows acknowledgements only. */
function withReasons(batch: AnnouncedReceipts): ReceiptBatch {
  return { ...batch, receipts: batch.receipts.map((receipt) => ({ reason: 'acknowledged', ...receipt })) };
}

export function createAnnouncementHandler(options: AnnouncementHandlerOptions): AnnouncementHandler {
  const { feeds, announcer, observe, logger } = options;

  function fanOut(batches: readonly LoggedBatch[]): void {
    const startedAt = performance.now();
    let hasFeed = false;
    for (const { shopId, epoch, notifications } of batches) {
      const feed = feeds.find(shopId);
      feed?.offer(epoch, notifications);
      hasFeed ||= feed !== undefined;
    }
    if (hasFeed) observe.fannedOut((performance.now() - startedAt) / 1000);
  }

  function showEscalations(escalations: readonly AnnouncedEscalation[]): void {
    for (const escalation of escalations) feeds.find(escalation.shopId)?.showEscalation(escalation);
  }

  function apply(announcement: Announcement): void {
    if ('sessions' in announcement) announcer.receiveSessions(announcement.sessions);
    else if ('receipts' in announcement) offerReceipts([withReasons(announcement.receipts)]);
    else if ('resolved' in announcement) offerReceipts(announcement.resolved.map(withReasons));
    else if ('logged' in announcement) fanOut(announcement.logged);
    else if ('escalations' in announcement) showEscalations(announcement.escalations);
    else announcement satisfies never;
  }

  function offerReceipts(batches: readonly ReceiptBatch[]): void {
    for (const { shopId, epoch, receipts } of batches) feeds.find(shopId)?.offerReceipts(epoch, receipts);
  }

  return {
    offerReceipts,
    receiveAnnouncement(body) {
      const announcement = decodeAnnouncement(body);
      if (announcement === undefined) logger.warn('an announcement was not understood');
      else apply(announcement);
    },
    fanOut,
    showEscalations,
  };
}
