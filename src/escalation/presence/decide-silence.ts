/**
 * Whether a shop that has lost its last session is deaf by now. Pure: the clock and all that is known come in as arguments.
 * Guarantees that a shop is not deaf before it was silent for `deafAfterSeconds` of its open time, that one which hears is
 * not deaf, and that one which is deaf stays so until it hears.
 */

import type { ReadyPolicy } from '../../domain/escalation-policy.ts';
import { afterOpenTime, isOpenAt, nextOpening } from '../../domain/opening-hours.ts';

/** Times are milliseconds since 1970, by Postgres's clock. */
export interface SilentShop {
  /** Its last session that could sound went then, or the watch began anew. */
  since: number;
  /** A session that can sound was there once. */
  hasHeard: boolean;
  /** A notification is open, under a policy. */
  hasOpen: boolean;
  /** Since when a session can sound now; undefined where none can. */
  hearingSince: number | undefined;
  /** Since when it is reported deaf; undefined where it is not. */
  deafSince: number | undefined;
}

export type SilenceVerdict =
  /** It hears, or has to hear nothing. */
  | { outcome: 'forget' }
  /** It was deaf, and hears. */
  | { outcome: 'hearing' }
  | { outcome: 'deaf' }
  | { outcome: 'look-again'; at: number }
  /** Nothing is to be done before something changes. */
  | { outcome: 'wait' };

/** What is over sooner was no hearing: a page that comes back reports a moment later that it is muted. */
export const SETTLED_MS = 3_000;

export function decideSilence(
  shop: SilentShop,
  policy: ReadyPolicy | undefined,
  now: number,
): SilenceVerdict {
  const { hearingSince, deafSince, hasHeard, hasOpen } = shop;
  if (hearingSince !== undefined) {
    const settledAt = hearingSince + SETTLED_MS;
    if (now < settledAt) return { outcome: 'look-again', at: settledAt };
    return { outcome: deafSince === undefined ? 'forget' : 'hearing' };
  }
  if (deafSince !== undefined) return { outcome: 'wait' };
  if (!hasHeard && !hasOpen) return { outcome: 'forget' };
  if (policy === undefined) return { outcome: 'wait' };
  const deafAt = deafFrom(policy, shop.since);
  if (now < deafAt) return { outcome: 'look-again', at: deafAt };
  const { hours } = policy;
  if (hours === undefined || policy.outsideHours === 'fire' || isOpenAt(hours, new Date(now))) {
    return { outcome: 'deaf' };
  }
  return { outcome: 'look-again', at: nextOpening(hours, new Date(now)).getTime() };
}

/** Outside the hours no time passes, unless steps fire there as well. */
export function deafFrom({ hours, outsideHours, deafAfterSeconds }: ReadyPolicy, since: number): number {
  const ms = deafAfterSeconds * 1000;
  if (hours === undefined || outsideHours === 'fire') return since + ms;
  return afterOpenTime(hours, new Date(since), ms).getTime();
}
