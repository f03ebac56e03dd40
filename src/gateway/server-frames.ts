/**
 * Writes the frames of `/ws/:sid`, in both of its protocols. Knows no transport.
 *
 * Plain: every frame is an alert, exactly `{type, orderId, content}`.
 * `orderbell.v1`: JSON text frames that differ by `kind`.
 */

import type { AnnouncedEscalation } from '../domain/announcement.ts';
import type { LogState } from '../domain/log.ts';
import type { EventIdentity, LoggedNotification, LoggedReceipt } from '../domain/notification.ts';
import type { FrameErrorCode, ServerFrame } from '../protocol/frames.ts';

/** What a plain client gets for each notification, and all that it ever gets. */
export function plainFrame({ type, orderId, content }: LoggedNotification): string {
  return JSON.stringify({ type, orderId, content });
}

type NotificationFrame = ServerFrame<'notification'>;
type WithUndefined<T> = { [Key in keyof T]: T[Key] | undefined };

/** One literal, since this is made for every notification; JSON leaves out what is undefined. */
export function notificationFrame(notification: LoggedNotification): string {
  const { seq, eventId, type, orderId, content, occurredAt } = notification;
  const { summary, amount, ackedBy, ackedAt, reason } = notification;
  const frame: WithUndefined<Required<NotificationFrame>> = {
    kind: 'notification',
    seq,
    eventId,
    type,
    orderId,
    content,
    occurredAt,
    summary,
    amount,
    ackedBy,
    ackedAt,
    reason,
  };
  return JSON.stringify(frame);
}

/** The frame of the same notification once it has this receipt. */
export function acknowledgedFrame(frame: string, { sid, at, reason }: LoggedReceipt): string {
  return write({ ...readNotification(frame), ackedBy: sid, ackedAt: at, reason });
}

/** What identifies the event of a frame that `notificationFrame` has written. */
export function eventOfFrame(frame: string): EventIdentity {
  const { orderId, eventId } = readNotification(frame);
  return { orderId, eventId };
}

function readNotification(frame: string): NotificationFrame {
  return JSON.parse(frame);
}

export function receiptFrame({ n, seq, sid, reason, at }: LoggedReceipt): string {
  return write({ kind: 'receipt', n, seq, sid, reason, at });
}

export function readyFrame(
  shop: string,
  { epoch, head, oldest, receipts }: LogState,
  open: number,
  now: Date,
): string {
  return write({ kind: 'ready', shop, epoch, head, oldest, receipts, open, now: now.toISOString() });
}

export function goneFrame({ epoch, oldest, head }: LogState): string {
  return write({ kind: 'gone', epoch, oldest, head });
}

export function escalationFrame({ seq, step, targets, at }: AnnouncedEscalation): string {
  return write({ kind: 'escalation', seq, step, targets, at });
}

export function heartbeatFrame(head: number): string {
  return write({ kind: 'heartbeat', head });
}

export function expiringFrame(inSeconds: number): string {
  return write({ kind: 'expiring', inSeconds });
}

export function restartingFrame(withinMs: number): string {
  return write({ kind: 'restarting', withinMs });
}

export function errorFrame(code: FrameErrorCode, message: string, seq?: number): string {
  return write({ kind: 'error', code, message, ...(seq === undefined ? {} : { seq }) });
}

function write(frame: ServerFrame): string {
  return JSON.stringify(frame);
}
