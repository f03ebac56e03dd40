/**
 * Reading what the service sends over `orderbell.v1`. Guarantees that nothing throws: what is not understood, such as a
 * kind that a later version adds, is undefined. Checked is what steers the link; the rest is handed on as it came.
 */

import type { ServerFrame, ServerFrameKind } from '../protocol/frames.ts';
import { isCount, isEpoch, isRecord } from './guards.ts';
import type { ReportFrame } from './reports.ts';

const FIELDS: Readonly<Record<ServerFrameKind, Readonly<Record<string, (value: unknown) => boolean>>>> = {
  notification: { seq: isCount },
  receipt: { n: isCount, seq: isCount },
  ready: { epoch: isEpoch, head: isCount, receipts: isCount },
  gone: { epoch: isEpoch, oldest: isCount, head: isCount },
  escalation: { seq: isCount },
  heartbeat: { head: isCount },
  expiring: {},
  restarting: { withinMs: isCount },
  error: {},
};

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
export function ackFrame(seqs: readonly number[], epoch: string | undefined): string {
  return JSON.stringify({ kind: 'ack', ...(seqs.length > 1 ? { seqs } : { seq: seqs[0] }), epoch });
}

/** In another log than that of `epoch` it says nothing. Whether the page can sound is the same in every log. */
export function reportFrame(frame: ReportFrame, epoch: string | undefined): string {
  return JSON.stringify('seq' in frame && epoch !== undefined ? { ...frame, epoch } : frame);
}

function isFrame(value: unknown): value is ServerFrame {
  if (!isRecord(value)) return false;
  const { kind } = value;
  return isKnown(kind) && Object.entries(FIELDS[kind]).every(([name, isGood]) => isGood(value[name]));
}

function isKnown(kind: unknown): kind is ServerFrameKind {
  return typeof kind === 'string' && Object.hasOwn(FIELDS, kind);
}
