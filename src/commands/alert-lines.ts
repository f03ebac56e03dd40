/** Alerts as lines for a terminal. Guarantees that nothing in them, which comes from outside, controls the terminal. */

import type { Alert, Gap, Receipt } from '../client/types.ts';

/** C0 and C1 controls, and what turns the direction of writing. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is for
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

export function alertLine({ seq, type, content, occurredAt, ackedBy }: Alert): string {
  const acked = ackedBy === undefined ? '' : `  acked by ${ackedBy}`;
  return line(seq, occurredAt, type === 1 ? 'paid' : 'reminded', `${content}${acked}`);
}

export function receiptLine({ seq, at, sid }: Receipt): string {
  return line(seq, at, 'acked', `by ${sid}`);
}

export function gapLine({ oldest, head, missing }: Gap): string {
  const kept = `all that is kept follows, ${oldest} to ${head}`;
  if (missing === undefined) return `gap: this is another log, ${kept}`;
  return `gap: ${missing.from} to ${missing.to} are gone, ${kept}`;
}

function line(seq: number, at: string, what: string, text: string): string {
  return `${seq}  ${at}  ${what.padEnd(8)}  ${text}`.replace(CONTROLS, '\ufffd');
}
