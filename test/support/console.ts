/** What the tests of the console's model are made of. */

import type { Alert } from '../../src/client/types.ts';
import type { DayLog, LoggedAlert } from '../../src/console/log/read-day.ts';
import { type Action, type Alerts, noAlerts, reduce } from '../../src/console/model/alerts.ts';

/** The day of the tests, in UTC. */
export const MIDNIGHT = Date.parse('2025-03-06T00:00:00.000Z');
export const TODAY = '2025-03-06T09:00:00.000Z';
export const YESTERDAY = '2025-03-05T09:00:00.000Z';
export const LATE_LAST_EVENING = '2025-03-05T22:00:00.000Z';

/** A new order, of today, that nobody has acknowledged. */
export function alertOf(seq: number, change: Partial<Alert> = {}): Alert {
  return {
    seq,
    eventId: `event-${seq}`,
    type: 1,
    orderId: 1000 + seq,
    content: `订单号： 20250306${String(seq).padStart(4, '0')}`,
    occurredAt: TODAY,
    ...change,
  };
}

export function alertsFrom(from: number, to: number, change: Partial<Alert> = {}): Alert[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => alertOf(from + index, change));
}

export const acknowledgedBy = (sid: string): Partial<Alert> => ({ ackedBy: sid, ackedAt: TODAY });

/** A log of which all that is given was read. */
export function dayLog(alerts: readonly LoggedAlert[], change: Partial<DayLog> = {}): DayLog {
  const head = alerts.at(-1)?.seq ?? 0;
  return {
    epoch: 'e',
    head,
    oldest: 1,
    receipts: 0,
    readFrom: alerts[0]?.seq ?? head + 1,
    alerts,
    openFrom: Number.POSITIVE_INFINITY,
    isCut: false,
    ...change,
  };
}

/** What becomes of a page that knows nothing when these things happen to it. */
export function pageAfter(...actions: readonly Action[]): Alerts {
  return actions.reduce(reduce, noAlerts(MIDNIGHT));
}

export function seqsOf(alerts: readonly Alert[]): number[] {
  return alerts.map(({ seq }) => seq);
}
