/**
 * The frame `ack`: records that a session has acknowledged notifications, all of a frame in one transaction. The client gets an
 * error for each that was not recorded; the first acknowledgements are announced to the sockets of all gateways at once.
 */

import { encodeAnnouncement } from '../../domain/announcement.ts';
import type { Acknowledged, Acknowledgement, ReceiptBatch } from '../../domain/log.ts';
import { messageOf } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import type { ClientFrame } from '../../protocol/frames.ts';
import type { Feeds } from '../feed/feeds.ts';
import { errorFrame } from '../server-frames.ts';
import type { Session } from '../session.ts';
import type { FrameHandlers } from './handle-frame.ts';

export interface AckHandlerOptions {
  feeds: Pick<Feeds, 'find'>;
  acknowledge(acknowledgement: Acknowledgement): Promise<Acknowledged>;
  /** To the gateways of other processes; may be lost. */
  broadcast(announcement: string): boolean;
  logger: Logger;
}

export function createAckHandler(options: AckHandlerOptions): FrameHandlers['ack'] {
  function announce(batch: ReceiptBatch): void {
    options.feeds.find(batch.shopId)?.offerReceipts(batch.epoch, batch.receipts);
    options.broadcast(encodeAnnouncement({ receipts: batch }));
  }

  function answer(session: Session, { batch, unknown, wrongEpoch }: Acknowledged): void {
    if (batch !== undefined) announce(batch);
    for (const seq of unknown) session.send(errorFrame('unknown-seq', `seq ${seq}`, seq));
    for (const seq of wrongEpoch) {
      session.send(errorFrame('wrong-epoch', `seq ${seq} is of another log`, seq));
    }
  }

  /** Never rejects. */
  async function record(session: Session, frame: ClientFrame<'ack'>): Promise<void> {
    const { subject } = session;
    const { shopId, sid } = session.request;
    const { epoch } = frame;
    const seqs = 'seqs' in frame ? frame.seqs : [frame.seq];
    try {
      answer(session, await options.acknowledge({ shopId, seqs, sid, subject, epoch }));
    } catch (error) {
      const reason = messageOf(error);
      options.logger.warn({ shopId, sid, seqs, error: reason }, 'an acknowledgement was not recorded');
      for (const seq of seqs) {
        session.send(errorFrame('unavailable', `seq ${seq} was not recorded: send it again later`, seq));
      }
    }
  }

  return (session, frame) => void record(session, frame);
}
