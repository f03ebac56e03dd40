/** What a feed keeps of what it has published: v1 frames with their numbers, for clients that resume from not long ago. */

import type { LoggedNotification, LoggedReceipt } from '../../domain/notification.ts';
import { notificationFrame, receiptFrame } from '../server-frames.ts';

/** A v1 frame, and its `seq` or `n`. */
export interface NumberedFrame {
  readonly number: number;
  readonly frame: string;
}

/** Makes its frame once, and only for a reader: most notifications are never asked for again. */
export class TailedNotification implements NumberedFrame {
  #notification: LoggedNotification;
  #frame: string | undefined;
  /** When it was published to at least one socket, by the feed's clock. */
  publishedAt: number | undefined;

  constructor(notification: LoggedNotification) {
    this.#notification = notification;
  }

  get number(): number {
    return this.#notification.seq;
  }

  get frame(): string {
    this.#frame ??= notificationFrame(this.#notification);
    return this.#frame;
  }

  acknowledgedBy({ sid, at, reason }: LoggedReceipt): void {
    this.#notification = { ...this.#notification, ackedBy: sid, ackedAt: at, reason };
    this.#frame = undefined;
  }
}

export function tailedReceipt(receipt: LoggedReceipt): NumberedFrame {
  return { number: receipt.n, frame: receiptFrame(receipt) };
}
