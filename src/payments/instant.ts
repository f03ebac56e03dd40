/** The time that a provider gives for a payment. */

import { Compile } from 'typebox/compile';
import { Instant, isFarAhead } from '../domain/order.ts';

const rule = Compile(Instant);

/** Undefined for what no payment can have, by our clock either: the payment is what counts, and is not refused for it. */
export function plausibleInstant(text: string | undefined, now: number): string | undefined {
  return rule.Check(text) && !isFarAhead(text, new Date(now)) ? text : undefined;
}
