/**
 * When to ring for what. Pure. Guarantees that each open alert rings once it has come and again every so often while
 * it is open, and that what comes together is one phrase of its kind.
 *
 * - A new alert waits until no other of its kind has come for a moment, so that a burst is one phrase. What comes while
 *   something sounds is looked at when that has ended: again one phrase.
 * - Once one of a kind is to ring again, all open ones of the kind do, so that ten orders are one phrase in each round
 *   and not ten rounds. A new one that comes shortly before that round begins it.
 * - At any moment a lost link goes first, for without it nothing else comes; then the kinds of alerts by their urgency:
 *   reminders before new orders, since a customer has waited already. But what has waited for long goes before all:
 *   else two kinds that ring on and on would take turns for ever, and a third one would never come.
 */

import type { Alert } from '../../client/types.ts';
import { type AlertKind, KINDS_BY_URGENCY, kindOf } from '../model/alert-kinds.ts';
import type { RingKind } from './motifs.ts';

/** What is to sound now: one kind, and the alerts that it is about. */
export interface Ring {
  readonly kind: RingKind;
  /** The oldest first; of a lost link none. */
  readonly alerts: readonly Alert[];
  /** By which it is remembered that they rang. */
  readonly keys: readonly string[];
}

export interface Situation {
  /** Milliseconds of a clock that never jumps. */
  readonly steadyNow: number;
  /** Milliseconds since 1970; jumps when the clock is set. */
  readonly wallNow: number;
  /** The open alerts, and when each came by the steady clock. */
  readonly open: readonly { readonly alert: Alert; readonly cameAt: number }[];
  /** When what last rang, by the wall clock. */
  readonly rungAt: ReadonlyMap<string, number>;
  /** Since when the link is lost, by the wall clock. */
  readonly linkLostAt: number | undefined;
  /** 0 rings once. */
  readonly repeatSeconds: number;
}

/** `inMs` is when to look again, if nothing changes until then; without it there is nothing to wait for. */
export type Next = { readonly ring: Ring } | { readonly inMs: number | undefined };

/** A burst has ended when nothing more came for so long. */
export const QUIET_MS = 400;
/** The first of a burst waits no longer than this. */
export const BURST_MS = 1_500;
/** A round that is as near as this, or as half of its own length, is begun by a new alert. */
const JOIN_MS = 5_000;
/** What has been due for so long is the next to ring. */
const LONG_WAIT_MS = 10_000;
/** No one can acknowledge a lost link, and it may last the night. */
export const LINK_REPEAT_MS = 60_000;
/** So long another tab, whose link is not lost, has to become the one that speaks. */
const LINK_PAUSE_MS = 1_000;
/** Several tabs do not see the link lost at the same moment. */
const SAME_LOSS_MS = 15_000;

/** Under which a lost link is remembered: ids of events have no spaces. */
export const LINK_KEY = 'link lost';

interface Due {
  readonly inMs: number;
  readonly ring: Ring;
}

export function nextRing(situation: Situation): Next {
  const dues = [linkDue(situation), ...KINDS_BY_URGENCY.map((kind) => alertsDue(situation, kind))];
  const coming = dues.filter((due) => due !== undefined);
  const inMs = soonest(coming.map((due) => due.inMs));
  const now = coming.find((due) => due.inMs <= 0 && (due.inMs === inMs || inMs > -LONG_WAIT_MS));
  if (now !== undefined) return { ring: now.ring };
  return { inMs: coming.length > 0 ? inMs : undefined };
}

function alertsDue(situation: Situation, kind: AlertKind): Due | undefined {
  const { steadyNow, wallNow, rungAt, repeatSeconds } = situation;
  const open = situation.open.filter(({ alert }) => kindOf(alert) === kind);
  const fresh = open.filter(({ alert }) => !rungAt.has(alert.eventId));
  const rung = open.flatMap(({ alert }) => rungAt.get(alert.eventId) ?? []);

  const repeatMs = repeatSeconds * 1000;
  const againMs = soonest(repeatMs > 0 ? rung.map((at) => untilMs(at, repeatMs, wallNow)) : []);
  const freshMs = burstEndsAt(fresh.map(({ cameAt }) => cameAt)) - steadyNow;
  const isRound = againMs <= 0 || (freshMs <= 0 && againMs <= Math.min(JOIN_MS, repeatMs / 2));
  const inMs = Math.min(againMs, freshMs);
  return Number.isFinite(inMs) ? { inMs, ring: ringOf(kind, isRound ? open : fresh) } : undefined;
}

function burstEndsAt(cameAt: readonly number[]): number {
  return cameAt.length === 0
    ? Number.POSITIVE_INFINITY
    : Math.min(Math.max(...cameAt) + QUIET_MS, Math.min(...cameAt) + BURST_MS);
}

function soonest(times: readonly number[]): number {
  return Math.min(Number.POSITIVE_INFINITY, ...times);
}

function linkDue({ linkLostAt, rungAt, repeatSeconds, wallNow }: Situation): Due | undefined {
  if (linkLostAt === undefined) return undefined;
  const ring: Ring = { kind: 'linkLost', alerts: [], keys: [LINK_KEY] };
  const rang = rungAt.get(LINK_KEY);
  const first = untilMs(linkLostAt, LINK_PAUSE_MS, wallNow);
  if (rang === undefined) return { inMs: first, ring };
  const wasThisLoss = rang >= linkLostAt - SAME_LOSS_MS;
  if (wasThisLoss && repeatSeconds <= 0) return undefined;
  // Also a link that comes and goes is not announced more often.
  const again = untilMs(rang, Math.max(LINK_REPEAT_MS, repeatSeconds * 1000), wallNow);
  return { inMs: Math.max(first, again), ring };
}

/** A time in the future means that the clock was set back: then it is now. */
function untilMs(at: number, ms: number, now: number): number {
  return at > now ? 0 : at + ms - now;
}

function ringOf(kind: RingKind, open: Situation['open']): Ring {
  const alerts = open.map(({ alert }) => alert);
  return { kind, alerts, keys: alerts.map(({ eventId }) => eventId) };
}
