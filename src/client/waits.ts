/** How long to wait before the next attempt. Pure: `random` returns a number in [0, 1). */

import { CLOSE, TRY_AGAIN_LATER } from '../protocol/close-codes.ts';
import type { Reason } from './types.ts';

/**
 * Why there is to be another attempt. `later`: the service asked for it. `refused`: it did not take the token.
 * `too-fast`: it was sent too much.
 */
export type Cause = Exclude<Reason, 'offline' | 'replaced' | 'closed'> | 'later' | 'refused' | 'too-fast';

const BACKOFF_MS = { initial: 1_000, most: 30_000 };
/** A service that restarts has lost all its clients at once: they come back over this time. */
const SPREAD_MS = 5_000;
const LATER_MS = 15_000;

/** What a close code means. Refusals before the upgrade look like a lost network: browsers show pages no more. */
export function causeOf(code: number): Cause | 'replaced' {
  switch (code) {
    case CLOSE.tooFast:
      return 'too-fast';
    case CLOSE.restarting:
      return 'restarting';
    case TRY_AGAIN_LATER:
      return 'later';
    case CLOSE.replaced:
      return 'replaced';
    case CLOSE.tokenExpired:
      return 'refused';
    default:
      return 'lost';
  }
}

/** What the page gets of it. */
export function reasonOf(cause: Cause): Reason {
  if (cause === 'later') return 'restarting';
  if (cause === 'too-fast') return 'lost';
  return cause === 'refused' ? 'token' : cause;
}

/** Milliseconds; `failures` is how many attempts have failed since a link was live for a while. */
export function waitMs(cause: Cause, failures: number, random: () => number): number {
  switch (cause) {
    // Another attempt is likely to be all it takes; if it was not, there is no hurry.
    case 'refused':
    case 'gap':
      return fullJitter(failures, random);
    case 'restarting':
      return Math.round(random() * SPREAD_MS) + fullJitter(failures, random);
    case 'later':
    case 'too-fast':
      return Math.round(LATER_MS * (1 + random()));
    default:
      return fullJitter(failures + 1, random);
  }
}

/** Uniform from 0 up to a bound that doubles with each attempt; nothing before the first. */
function fullJitter(attempt: number, random: () => number): number {
  if (attempt === 0) return 0;
  return Math.round(random() * Math.min(BACKOFF_MS.most, BACKOFF_MS.initial * 2 ** (attempt - 1)));
}
