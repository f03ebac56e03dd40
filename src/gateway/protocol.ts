/**
 * Writes and reads the frames of `/ws/:sid`, in both of its protocols. Knows no transport.
 *
 * Plain: every frame is an alert, exactly `{type, orderId, content}`; nothing else is ever sent.
 * `orderbell.v1`: JSON text frames that differ by `kind`.
 */

import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { LogState } from '../domain/log.ts';
import type { LoggedNotification, Receipt } from '../domain/notification.ts';
import type { ClientFrame, ErrorCode, ServerFrame } from '../protocol/frames.ts';
import { CLIENT_FRAMES } from './frames.ts';

/** A client has nothing longer to say. */
export const MAX_CLIENT_FRAME_BYTES = 4 * 1024;

/** What a plain client gets for each notification, and all that it ever gets. */
export function plainFrame({ type, orderId, content }: LoggedNotification): string {
  return JSON.stringify({ type, orderId, content });
}

export function notificationFrame(notification: LoggedNotification): string {
  const { seq, eventId, type, orderId, content, occurredAt, ackedBy, ackedAt } = notification;
  return write({
    kind: 'notification',
    ...{ seq, eventId, type, orderId, content, occurredAt },
    ...(ackedBy === undefined ? {} : { ackedBy }),
    ...(ackedAt === undefined ? {} : { ackedAt }),
  });
}

export function receiptFrame({ n, seq, sid, at }: Receipt): string {
  return write({ kind: 'receipt', n, seq, sid, at });
}

export function readyFrame(shop: string, { epoch, head, oldest, receipts }: LogState): string {
  return write({ kind: 'ready', shop, epoch, head, oldest, receipts });
}

export function goneFrame({ epoch, oldest, head }: LogState): string {
  return write({ kind: 'gone', epoch, oldest, head });
}

export function heartbeatFrame(head: number): string {
  return write({ kind: 'heartbeat', head });
}

export function expiringFrame(inSeconds: number): string {
  return write({ kind: 'expiring', inSeconds });
}

export function errorFrame(code: ErrorCode, message: string, seq?: number): string {
  return write({ kind: 'error', code, message, ...(seq === undefined ? {} : { seq }) });
}

function write(frame: ServerFrame): string {
  return JSON.stringify(frame);
}

/** What a client sent does not obey the protocol: the error to answer with. */
export interface FrameFault {
  kind: 'fault';
  code: ErrorCode;
  message: string;
}

const anyFrame = Compile(Type.Object({ kind: Type.String() }));
const ackFrame = Compile(CLIENT_FRAMES.ack);

/** Reads what an orderbell.v1 client sent. Never throws: what is wrong is a `fault` to answer with. */
export function readClientFrame(message: ArrayBuffer, isBinary: boolean): ClientFrame | FrameFault {
  if (isBinary) return fault('bad-frame', 'frames must be text');
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(message));
  } catch {
    return fault('bad-frame', 'frames must be JSON');
  }
  if (!anyFrame.Check(value)) return fault('bad-frame', 'a frame is an object with a kind');
  if (value.kind !== 'ack') return fault('unknown-kind', `kind ${JSON.stringify(value.kind.slice(0, 40))}`);
  if (!ackFrame.Check(value))
    return fault('bad-frame', 'seq must be a positive integer, and epoch one that was sent');
  const { seq, epoch } = value;
  return { kind: 'ack', seq, ...(epoch === undefined ? {} : { epoch }) };
}

function fault(code: ErrorCode, message: string): FrameFault {
  return { kind: 'fault', code, message };
}
