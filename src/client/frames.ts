/**
 * Reading what the service sends over `orderbell.v1`. Guarantees that nothing throws: what is not understood, such as a
 * kind that a later version adds, is undefined. Checked is what steers the link; the rest is handed on as it came.
 */

import { isCount, isEpoch, isRecord } from './guards.ts';
import type { Alert, Receipt } from './types.ts';

export type ServerFrame =
  | ({ readonly kind: 'notification' } & Alert)
  | ({ readonly kind: 'receipt' } & Receipt)
  | { readonly kind: 'ready'; readonly epoch: string; readonly head: number; readonly receipts: number }
  | { readonly kind: 'gone'; readonly epoch: string; readonly oldest: number; readonly head: number }
  | { readonly kind: 'heartbeat'; readonly head: number }
  | { readonly kind: 'expiring' }
  | { readonly kind: 'error'; readonly code: string; readonly message: string; readonly seq?: number };

export type FrameOf<K extends ServerFrame['kind']> = Extract<ServerFrame, { readonly kind: K }>;

const FIELDS: ReadonlyMap<unknown, Readonly<Record<string, (value: unknown) => boolean>>> = new Map([
  ['notification', { seq: isCount }],
  ['receipt', { n: isCount, seq: isCount }],
  ['ready', { epoch: isEpoch, head: isCount, receipts: isCount }],
  ['gone', { epoch: isEpoch, oldest: isCount, head: isCount }],
  ['heartbeat', { head: isCount }],
  ['expiring', {}],
  ['error', {}],
]);

export function readFrame(text: unknown): ServerFrame | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    const frame: unknown = JSON.parse(text);
    return isFrame(frame) ? frame : undefined;
  } catch {
    return undefined;
  }
}

/** `epoch` is that of the log which the page has seen: in another one nothing is acknowledged. */
export function ackFrame(seq: number, epoch: string | undefined): string {
  return JSON.stringify({ kind: 'ack', seq, epoch });
}

function isFrame(value: unknown): value is ServerFrame {
  if (!isRecord(value)) return false;
  const fields = FIELDS.get(value.kind);
  return fields !== undefined && Object.entries(fields).every(([name, isGood]) => isGood(value[name]));
}
