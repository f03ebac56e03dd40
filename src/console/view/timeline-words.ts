/** The words for a step of an order's timeline. Pure. */

import type { AllStrings } from '../language/later-strings.ts';
import type { OrderStep } from '../log/request-timeline.ts';
import { tillWords } from './alert-words.ts';

/** `own` is this tab's `sid`. A step of a later version is shown by its name. */
export function stepWords(step: OrderStep, own: string, text: AllStrings): string {
  const { timeline: words } = text;
  const till = tillWords(String(step.sid ?? ''), own, text);
  switch (step.what) {
    case 'created':
    case 'paid':
    case 'reminded':
    case 'waits':
    case 'published':
    case 'logged':
    case 'broadcast':
    case 'expired':
      return words.plain[step.what];
    case 'seen':
    case 'spoken':
    case 'acknowledged':
      return words.atTill[step.what](till);
    case 'escalated': {
      const targets = Array.isArray(step.targets) ? step.targets.map(String) : [];
      return words.escalated(targets.join(text.listSeparator));
    }
    case 'delivery': {
      const target = String(step.target);
      if (step.state === 'delivered') return words.delivered(target);
      return step.state === 'ended' ? words.undelivered(target) : words.underway(target);
    }
    case 'resolved':
      return step.reason === 'cancelled' ? words.plain.cancelled : words.plain.accepted;
    default:
      return step.what;
  }
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** How long after the step before; clocks of several machines may make it less than nothing. */
export function spanWords(ms: number, { timeline: words }: AllStrings): string {
  const size = Math.abs(ms);
  if (size < 2 * MINUTE_MS) return words.seconds((ms / 1_000).toFixed(1));
  if (size < 2 * HOUR_MS) return words.minutes(String(Math.round(ms / MINUTE_MS)));
  return words.hours((ms / HOUR_MS).toFixed(1));
}
