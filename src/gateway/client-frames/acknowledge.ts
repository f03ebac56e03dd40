/**
 * The frame `ack`: records that a session has acknowledged a notification. Guarantees that the client gets an error where
 * nothing was recorded, and that the first acknowledgement is announced to the sockets of all gateways.
 */

import { encodeAnnouncement } from '../../domain/announcement.ts';
import type { Acknowledged, Acknowledgement } from '../../domain/log.ts';
import type { Receipt } from '../../domain/notification.ts';
import { messageOf } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Feeds } from '../feed/feeds.ts';
import { errorFrame } from '../protocol.ts';
import type { Session } from '../session.ts';

export interface AcknowledgerOptions {
  feeds: Pick<Feeds, 'find'>;
  acknowledge(acknowledgement: Acknowledgement): Promise<Acknowledged>;
  /** To the gateways of other processes; may be lost. */
  broadcast(announcement: string): boolean;
  logger: Logger;
}

/** Never rejects. */
export type Acknowledger = (session: Session, seq: number, epoch: string | undefined) => Promise<void>;

export function createAcknowledger(options: AcknowledgerOptions): Acknowledger {
  function announceReceipt(epoch: string, receipt: Receipt): void {
    const { shopId } = receipt;
    options.feeds.find(shopId)?.offerReceipts(epoch, [receipt]);
    options.broadcast(encodeAnnouncement({ receipts: { shopId, epoch, receipts: [receipt] } }));
  }

  function answer(session: Session, seq: number, acknowledged: Acknowledged): void {
    switch (acknowledged.outcome) {
      case 'first':
        announceReceipt(acknowledged.epoch, acknowledged.receipt);
        break;
      case 'later':
        break;
      case 'unknown-seq':
        session.send(errorFrame('unknown-seq', `seq ${seq}`, seq));
        break;
      case 'wrong-epoch':
        session.send(errorFrame('wrong-epoch', `seq ${seq} is of another log`, seq));
        break;
    }
  }

  return async (session, seq, epoch) => {
    const { subject } = session;
    const { shopId, sid } = session.request;
    try {
      answer(session, seq, await options.acknowledge({ shopId, seq, sid, subject, epoch }));
    } catch (error) {
      options.logger.warn(
        { shopId, sid, seq, error: messageOf(error) },
        'an acknowledgement was not recorded',
      );
      session.send(errorFrame('unavailable', `seq ${seq} was not recorded: send it again later`, seq));
    }
  };
}
