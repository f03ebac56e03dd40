/**
 * The frames of `/ws/:sid`, in both of its protocols: how they are written and read. Knows no transport.
 *
 * Plain (no subprotocol): every frame is an alert, exactly `{type, orderId, content}`; nothing else is ever sent.
 * `orderbell.v1`: JSON text frames that are told apart by `kind`.
 */

import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { LogState } from '../domain/log.ts';
import type { LoggedNotification, Receipt } from '../domain/notification.ts';
import { CLIENT_FRAMES, type ErrorKind } from './frames.ts';

export const SUBPROTOCOL = 'orderbell.v1';

/**
 * For pages that want plain frames and offer their token as a subprotocol: a browser that has offered some and is
 * answered with none breaks off, and the token itself must not stand in an answer.
 */
export const PLAIN_SUBPROTOCOL = 'orderbell.plain';

export type Protocol = 'plain' | typeof SUBPROTOCOL;

/** RFC 6455 section 7.4, and our own above 4000. */
export const CLOSE = {
  /** The client has sent far more frames than it may: come back later, and send less. */
  tooFast: 1008,
  tooBig: 1009,
  /** Come back after a random delay. */
  restarting: 1012,
  /** Final: another session took this one's `sid`, so do not reconnect. */
  replaced: 4001,
  /** Come back with another token. */
  tokenExpired: 4003,
  /** Another subject had this `sid` first, at another gateway: come back later, as after a 409. */
  sidTaken: 4009,
} as const;

/** What a close code of ours is called where closes are counted, as `too-big`; undefined for any other code. */
export function nameOfClose(code: number | undefined): string | undefined {
  const named = Object.entries(CLOSE).find(([, ours]) => ours === code);
  return named?.[0].replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** A client has nothing longer to say. */
export const MAX_CLIENT_FRAME_BYTES = 4 * 1024;

/** What a plain client gets for each notification, and all that it ever gets. */
export function plainFrame({ type, orderId, content }: LoggedNotification): string {
  return JSON.stringify({ type, orderId, content });
}

export function notificationFrame(notification: LoggedNotification): string {
  const { seq, eventId, type, orderId, content, occurredAt, ackedBy, ackedAt } = notification;
  return JSON.stringify({
    kind: 'notification',
    seq,
    eventId,
    type,
    orderId,
    content,
    occurredAt,
    ackedBy,
    ackedAt,
  });
}

export function receiptFrame({ n, seq, sid, at }: Receipt): string {
  return JSON.stringify({ kind: 'receipt', n, seq, sid, at });
}

/** Caught up: from here on frames come as things happen. */
export function readyFrame(shop: string, { epoch, head, oldest, receipts }: LogState): string {
  return JSON.stringify({ kind: 'ready', shop, epoch, head, oldest, receipts });
}

/** What the client asked to resume from is not to be had; all that is kept follows. */
export function goneFrame({ epoch, oldest, head }: LogState): string {
  return JSON.stringify({ kind: 'gone', epoch, oldest, head });
}

export function heartbeatFrame(head: number): string {
  return JSON.stringify({ kind: 'heartbeat', head });
}

/** The session's token ends then: fetch a new one, and come back with it. */
export function expiringFrame(inSeconds: number): string {
  return JSON.stringify({ kind: 'expiring', inSeconds });
}

/** `seq` is that of the acknowledgement which it answers. */
export function errorFrame(code: ErrorKind, message: string, seq?: number): string {
  return JSON.stringify({ kind: 'error', code, message, seq });
}

export type ClientFrame =
  | { kind: 'ack'; seq: number; epoch?: string }
  | { kind: 'fault'; code: ErrorKind; message: string };

const anyFrame = Compile(Type.Object({ kind: Type.String() }));
const ackFrame = Compile(CLIENT_FRAMES.ack);

/** Reads what an orderbell.v1 client sent. Never throws: what is wrong is a `fault` to answer with. */
export function readClientFrame(message: ArrayBuffer, isBinary: boolean): ClientFrame {
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

function fault(code: ErrorKind, message: string): ClientFrame {
  return { kind: 'fault', code, message };
}
