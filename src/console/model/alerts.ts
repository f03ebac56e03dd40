/**
 * What the page knows of its shop's alerts: those of today, and those before that are still open. Pure: one reducer over
 * everything that can happen. Guarantees that an acknowledgement, once known, is never forgotten by a read of the log
 * that was older; that alerts of another log are not mixed with these; and that what is new always shows, whatever its
 * time.
 */

import type { Alert, Escalation, Gap, Receipt } from '../../client/types.ts';
import type { DayLog } from '../log/read-day.ts';

/**
 * An open alert of so long before midnight still concerns the shop in the morning: an order of the late evening, or one
 * whose event came after the page was closed.
 */
export const EVENING_MS = 12 * 3_600_000;

/** The newest step of an alert's escalation. */
export type NewestStep = Omit<Escalation, 'seq'>;

export interface Alerts {
  /** Which log these are of; undefined until it is known. */
  readonly epoch: string | undefined;
  /** Local midnight, in milliseconds since 1970. */
  readonly dayStart: number;
  /** In the order of `seq`. */
  readonly entries: readonly Alert[];
  /** Acknowledged here; the shop's log has not confirmed it yet. */
  readonly pending: ReadonlySet<number>;
  /** By `seq`, of those that others were told of. */
  readonly escalated: ReadonlyMap<number, NewestStep>;
  /** Up to this `seq` the log may come once more; what comes above it is news. */
  readonly knownTo: number;
  /** From this `seq` on, an older alert that is unacknowledged counts as open. */
  readonly openFrom: number;
  /** The log has been read at least once; before, no alerts means nothing. */
  readonly isRead: boolean;
  /** Older alerts of today were left out, since there are too many. */
  readonly isCut: boolean;
}

export type AlertReceipt = Pick<Receipt, 'seq' | 'sid' | 'at' | 'reason'>;

export type Action =
  /** `acked` are those that an earlier load of the page acknowledged in that log, and that are not confirmed. */
  | { readonly kind: 'loaded'; readonly log: DayLog; readonly acked?: readonly number[] }
  /** The link is live, and this is the log that it follows. */
  | { readonly kind: 'following'; readonly epoch: string }
  | { readonly kind: 'notification'; readonly alert: Alert }
  | { readonly kind: 'receipts'; readonly receipts: readonly AlertReceipt[] }
  | { readonly kind: 'ack'; readonly seqs: readonly number[] }
  /** Undone before it was sent. */
  | { readonly kind: 'unack'; readonly seqs: readonly number[] }
  | { readonly kind: 'escalation'; readonly escalation: Escalation }
  | { readonly kind: 'gap'; readonly gap: Gap }
  | { readonly kind: 'midnight'; readonly dayStart: number };

export type Status = 'open' | 'pending' | 'acknowledged';

export function noAlerts(dayStart: number): Alerts {
  return {
    epoch: undefined,
    dayStart,
    entries: [],
    pending: new Set(),
    escalated: new Map(),
    knownTo: 0,
    openFrom: Number.POSITIVE_INFINITY,
    isRead: false,
    isCut: false,
  };
}

/** Gives the very same value back where nothing changes. */
export function reduce(alerts: Alerts, action: Action): Alerts {
  switch (action.kind) {
    case 'loaded':
      return load(alerts, action.log, action.acked ?? []);
    case 'following':
      return alerts.epoch === action.epoch ? alerts : inLog(alerts, action.epoch);
    case 'notification':
      return isKept(alerts, action.alert) ? put(alerts, action.alert) : alerts;
    case 'receipts':
      return acknowledge(alerts, action.receipts);
    case 'ack': {
      const open = action.seqs.filter((seq) => statusAt(alerts, seq) === 'open');
      return open.length === 0 ? alerts : { ...alerts, pending: new Set([...alerts.pending, ...open]) };
    }
    case 'unack': {
      const pending = new Set(alerts.pending);
      for (const seq of action.seqs) pending.delete(seq);
      return { ...alerts, pending };
    }
    case 'escalation': {
      const { seq, ...step } = action.escalation;
      return { ...alerts, escalated: new Map([...alerts.escalated, [seq, step]]) };
    }
    case 'gap':
      return pass(alerts, action.gap);
    case 'midnight':
      return toNextDay(alerts, action.dayStart);
  }
}

export function statusOf({ pending }: Alerts, { seq, ackedBy }: Alert): Status {
  if (ackedBy !== undefined) return 'acknowledged';
  return pending.has(seq) ? 'pending' : 'open';
}

/** Those that ring, oldest first. */
export function openOf(alerts: Alerts): Alert[] {
  return alerts.entries.filter((entry) => statusOf(alerts, entry) === 'open');
}

/** The lowest `seq` that is not known to be acknowledged; what is still to come if all are. */
export function lowestOpen({ entries, knownTo }: Alerts): number {
  const open = entries.find(({ ackedBy }) => ackedBy === undefined);
  return open?.seq ?? Math.max(knownTo, entries.at(-1)?.seq ?? 0) + 1;
}

function load(alerts: Alerts, log: DayLog, acked: readonly number[]): Alerts {
  // A read that raced with the change to another log; the change itself asks for another read.
  if (alerts.epoch !== undefined && log.epoch !== undefined && log.epoch !== alerts.epoch) return alerts;
  const { head, oldest, readFrom, openFrom, isCut } = log;
  const base: Alerts = {
    ...alerts,
    epoch: log.epoch ?? alerts.epoch,
    pending: acked.length === 0 ? alerts.pending : new Set([...alerts.pending, ...acked]),
    escalated: laterSteps(alerts.escalated, log),
    knownTo: Math.max(alerts.knownTo, head),
    openFrom: Math.min(alerts.openFrom, openFrom),
    isRead: true,
    isCut,
  };
  const read = log.alerts.flatMap((alert) => {
    const known = entryAt(alerts, alert.seq);
    if (known === undefined && !isKept(base, alert)) return [];
    return known?.ackedBy === undefined ? alert : known;
  });
  const earlier = alerts.entries.filter(({ seq }) => seq >= oldest && seq < readFrom);
  const later = alerts.entries.filter(({ seq }) => seq > head);
  return withoutSettled({ ...base, entries: [...earlier, ...read, ...later] });
}

/** A step may have come over the link while the log was being read. */
function laterSteps(known: Alerts['escalated'], log: DayLog): Alerts['escalated'] {
  const steps = new Map(known);
  for (const { seq, escalated } of log.alerts) {
    const before = steps.get(seq);
    if (escalated !== undefined && (before === undefined || before.at < escalated.at))
      steps.set(seq, escalated);
  }
  return steps;
}

/** All that the log keeps follows: in the same log it is news, of another one only what is above its head will be. */
function pass(alerts: Alerts, { epoch, head }: Gap): Alerts {
  if (alerts.epoch !== epoch) return { ...inLog(alerts, epoch), knownTo: head };
  return withoutSettled({ ...alerts, entries: alerts.entries.filter(({ seq }) => seq <= head) });
}

/** Numbers of one log mean nothing in another. */
function inLog(alerts: Alerts, epoch: string): Alerts {
  if (alerts.epoch === undefined) return { ...alerts, epoch };
  return alerts.epoch === epoch ? alerts : { ...noAlerts(alerts.dayStart), epoch };
}

function isKept({ dayStart, knownTo, openFrom }: Alerts, alert: Alert): boolean {
  const { seq, occurredAt, ackedBy } = alert;
  const at = Date.parse(occurredAt);
  if (seq > knownTo || at >= dayStart) return true;
  return ackedBy === undefined && (seq >= openFrom || at >= dayStart - EVENING_MS);
}

function put(alerts: Alerts, alert: Alert): Alerts {
  const { entries } = alerts;
  const at = placeOf(entries, alert.seq);
  const known = entries[at];
  if (known?.seq !== alert.seq) return { ...alerts, entries: entries.toSpliced(at, 0, alert) };
  if (known.ackedBy !== undefined || alert.ackedBy === undefined) return alerts;
  return withoutSettled({ ...alerts, entries: entries.with(at, alert) });
}

/** All in one pass: one press can acknowledge hundreds, on a day with thousands. */
function acknowledge(alerts: Alerts, receipts: readonly AlertReceipt[]): Alerts {
  const entries = [...alerts.entries];
  let isNews = false;
  for (const { seq, sid, at, reason } of receipts) {
    const place = placeOf(entries, seq);
    const known = entries[place];
    if (known?.seq !== seq || known.ackedBy !== undefined) continue;
    entries[place] = { ...known, ackedBy: sid, ackedAt: at, reason };
    isNews = true;
  }
  return isNews ? withoutSettled({ ...alerts, entries }) : alerts;
}

function toNextDay(alerts: Alerts, dayStart: number): Alerts {
  if (dayStart === alerts.dayStart) return alerts;
  const isLeft = ({ occurredAt, ackedBy }: Alert) =>
    Date.parse(occurredAt) >= dayStart || ackedBy === undefined;
  return { ...alerts, dayStart, entries: alerts.entries.filter(isLeft), isCut: false };
}

/** Nothing is pending of what is acknowledged, or gone. */
function withoutSettled(alerts: Alerts): Alerts {
  if (alerts.pending.size === 0) return alerts;
  const isPending = (seq: number) => {
    const entry = entryAt(alerts, seq);
    return entry !== undefined && entry.ackedBy === undefined;
  };
  return { ...alerts, pending: new Set([...alerts.pending].filter(isPending)) };
}

function statusAt(alerts: Alerts, seq: number): Status | undefined {
  const entry = entryAt(alerts, seq);
  return entry && statusOf(alerts, entry);
}

function entryAt({ entries }: Alerts, seq: number): Alert | undefined {
  const entry = entries[placeOf(entries, seq)];
  return entry?.seq === seq ? entry : undefined;
}

/** Where `seq` is, or would be. What is new belongs at the end, so that is looked at first. */
function placeOf(entries: readonly Alert[], seq: number): number {
  let low = 0;
  let high = entries.length;
  if ((entries.at(-1)?.seq ?? 0) < seq) return high;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.seq ?? 0) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
