/** Which alerts the list shows, and how pop-ups are merged. Pure. */

import type { Alert } from '../../client/types.ts';
import { type ShownType, shownType, TYPES_BY_URGENCY } from './alert-kinds.ts';
import { type Alerts, statusOf } from './alerts.ts';
import { ordersOf } from './order-number.ts';

export type Show = 'all' | 'open' | 'acknowledged';

export interface ListQuery {
  /** Part of a number; empty finds all. */
  readonly number: string;
  readonly show: Show;
}

/** Newest first. What is not confirmed yet counts as acknowledged. */
export function listAlerts(alerts: Alerts, { number, show }: ListQuery): Alert[] {
  const wanted = number.trim().toLowerCase();
  const orderOf = ordersOf(wanted === '' ? [] : alerts.entries);
  const found = alerts.entries.filter((entry) => {
    const isOpen = statusOf(alerts, entry) === 'open';
    if (show !== 'all' && isOpen !== (show === 'open')) return false;
    return wanted === '' || has(entry, wanted) || has(orderOf(entry), wanted);
  });
  return found.reverse();
}

function has(alert: Alert | undefined, wanted: string): boolean {
  if (alert === undefined) return false;
  return alert.content.toLowerCase().includes(wanted) || String(alert.orderId).includes(wanted);
}

export type PopUp =
  | { readonly key: string; readonly kind: 'single'; readonly alert: Alert }
  | {
      readonly key: string;
      readonly kind: 'merged';
      readonly type: ShownType;
      readonly alerts: readonly Alert[];
    };

/** More than so many at once would bury the list, and each other. */
const MERGED_ABOVE = 5;

/** Of those in one pop-up. The rest is in the list below: a pop-up of more is not read. */
export const SHOWN_IN_ONE = 50;

/** Each open alert by itself, oldest first; of very many, all of a type in one. */
export function popUpsOf(open: readonly Alert[]): PopUp[] {
  if (open.length <= MERGED_ABOVE) return open.map(single);
  return TYPES_BY_URGENCY.flatMap((type) => {
    const alerts = open.filter((alert) => shownType(alert) === type);
    const [first] = alerts;
    if (first === undefined) return [];
    return alerts.length === 1
      ? single(first)
      : ({ key: `merged-${type}`, kind: 'merged', type, alerts } as const);
  });
}

function single(alert: Alert): PopUp {
  return { key: `single-${alert.seq}`, kind: 'single', alert };
}
