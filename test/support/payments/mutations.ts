/** One change at one place of a callback: what of it is changed, and how. */

import fc from 'fast-check';
import type { Callback } from '../../../src/dev/pay/wechat-callback.ts';

/** Where in the text and by what; both are taken modulo what there is. */
export interface Change {
  kind: 'replace' | 'insert' | 'remove' | 'bit';
  at: number;
  by: number;
}

export const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom('replace', 'insert', 'remove', 'bit'),
  at: fc.nat(1_000_000),
  by: fc.nat(1_000_000),
});

const PRINTABLE = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('');

/** Of text; never what it was. */
export function changeText(text: string, { kind, at, by }: Change): string {
  const place = text.length === 0 ? 0 : at % text.length;
  const character = PRINTABLE[by % PRINTABLE.length] ?? 'x';
  const [before, there, after] = [text.slice(0, place), text.slice(place, place + 1), text.slice(place + 1)];
  if (kind === 'insert' || text.length === 0) return `${before}${character}${there}${after}`;
  if (kind === 'remove') return before + after;
  return `${before}${character === there ? (there === 'x' ? 'y' : 'x') : character}${after}`;
}

/** Of bytes; never what they were. */
export function changeBytes(bytes: Uint8Array, { kind, at, by }: Change): Buffer {
  const place = at % bytes.length;
  const changed = Buffer.from(bytes);
  if (kind === 'remove') return Buffer.concat([changed.subarray(0, place), changed.subarray(place + 1)]);
  if (kind === 'insert') {
    return Buffer.concat([changed.subarray(0, place), Buffer.from([by % 256]), changed.subarray(place)]);
  }
  const mask = kind === 'bit' ? 1 << (by % 8) : 1 + (by % 255);
  changed[place] = (changed[place] ?? 0) ^ mask;
  return changed;
}

/** Changes what stands at a name in a JSON body, and nothing else. */
export function changeInJson(body: Buffer, name: string, alter: (text: string) => string): Buffer {
  const fields = JSON.parse(body.toString());
  const holder = name in fields ? fields : fields.resource;
  holder[name] = alter(holder[name]);
  return Buffer.from(JSON.stringify(fields));
}

export function withHeader(callback: Callback, name: string, alter: (text: string) => string): Callback {
  return { ...callback, headers: { ...callback.headers, [name]: alter(callback.headers[name] ?? '') } };
}
