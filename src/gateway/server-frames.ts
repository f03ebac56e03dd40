/**
 * Writes the frames of `/ws/:sid`, in both of its protocols. Knows no transport.
 *
 * Plain: every frame is an alert, exactly `{type, orderId, content}`.
 * `orderbell.v1`: JSON text frames that differ by `kind`.
 */

import type { AnnouncedEscalation } from '../domain/announcement.ts';
import type { LogState } from '../domain/log.ts';
import type { LoggedNotification, LoggedReceipt } from '../domain/notification.ts';
import type { FrameErrorCode, ServerFrame } from '../protocol/frames.ts';

/** What a plain client gets for each notification, and all that it ever gets. */
export function plainFrame({ type, orderId, content }: LoggedNotification): string {
  return JSON.stringify({ type, orderId, content });
}

export function notificationFrame(notification: LoggedNotification): string {
  const { seq, eventId, type, orderId, content, occurredAt } = notification;
  const { summary, amount, ackedBy, ackedAt, reason } = notification;
  return write({
    kind: 'notification',
    ...{ seq, eventId, type, orderId, content, occurredAt },
    ...(summary === undefined ? {} : { summary }),
    ...(amount === undefined ? {} : { amount }),
    ...(ackedBy === undefined ? {} : { ackedBy }),
    ...(ackedAt === undefined ? {} : { ackedAt }),
    ...(reason === undefined ? {} : { reason }),
  });
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
