/** Alerts, receipts and gaps as lines of `orderbell listen`. */

import type { Alert, Gap, Receipt } from '../client/types.ts';
import { kindOfType } from '../domain/event-kinds.ts';

export function alertLine({ seq, type, content, occurredAt, ackedBy, reason }: Alert): string {
  const acked = ackedBy === undefined ? '' : `  ${endWords(ackedBy, reason)}`;
  return line(seq, occurredAt, kindOfType(type)?.name ?? `type ${type}`, `${content}${acked}`);
}

export function receiptLine({ seq, at, sid, reason }: Receipt): string {
  return line(seq, at, sid === null ? reason : 'acked', sid === null ? 'by upstream' : `by ${sid}`);
}

function endWords(sid: string | null, reason: Receipt['reason'] = 'acknowledged'): string {
  return sid === null ? `${reason} by upstream` : `acked by ${sid}`;
}

export function gapLine({ oldest, head, missing }: Gap): string {
  const kept = `all that is kept follows, ${oldest} to ${head}`;
  if (missing === undefined) return `gap: this is another log, ${kept}`;
  return `gap: ${missing.from} to ${missing.to} are gone, ${kept}`;
}

function line(seq: number, at: string, what: string, text: string): string {
  return `${seq}  ${at}  ${what.padEnd(8)}  ${text}`;
}
