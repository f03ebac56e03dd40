/** The number by which a shop calls an order, found in what its notification says. Pure. */

import type { Alert } from '../../client/types.ts';
import { kindOf } from './alert-kinds.ts';

export interface LabelledNumber {
  /** What stands before the number; the whole content where there is no number to be found. */
  readonly label: string;
  readonly number: string | undefined;
}

/** `订单号： 20250306001` is a label and a number. The template is the service's: there may be neither. */
export function readWords(content: string): LabelledNumber {
  const [, label, number] = /^(.*?)([A-Za-z0-9._-]+)\s*$/s.exec(content) ?? [];
  if (label === undefined || number === undefined || !/\d/.test(number))
    return { label: content, number: undefined };
  return { label: label.replace(/[\s:：]+$/, ''), number };
}

/** What to call an alert by: `order` is the one that it is about, where that is known. */
export function numberOf(alert: Alert, order?: Alert): string {
  return calledBy(alert, order).number ?? String(alert.orderId);
}

/** The alert with its order's number in place of its own: what is spoken and notified then has the one name too. */
export function asCalled(alert: Alert, order: Alert | undefined): Alert {
  const { number, also } = calledBy(alert, order);
  const { number: own } = readWords(alert.content);
  if (number === undefined || number === own) return alert;
  if (also === undefined) return { ...alert, orderId: number };
  const at = alert.content.lastIndexOf(also);
  return { ...alert, content: alert.content.slice(0, at) + number };
}

/**
 * Finds the order that a later alert, such as a reminder, is about: that may know the order's id only, where the order
 * came with its number. An alert of an unknown kind is about no order.
 */
export function ordersOf(entries: readonly Alert[]): (alert: Alert) => Alert | undefined {
  const paid = entries.filter((alert) => kindOf(alert) === 'paid');
  const orders = new Map(paid.map((order) => [order.orderId, order]));
  return (alert) => {
    const kind = kindOf(alert);
    return kind === 'paid' || kind === 'other' ? undefined : orders.get(alert.orderId);
  };
}

export interface CalledBy {
  /** Undefined where the content holds no number: then the content is shown as it is. */
  readonly number: string | undefined;
  /** The alert's own number, where that is another. */
  readonly also: string | undefined;
}

/** The number that people know: a reminder's own is the order's where that is among what came before. */
export function calledBy(alert: Alert, order: Alert | undefined): CalledBy {
  const { number: own } = readWords(alert.content);
  const known = order && readWords(order.content).number;
  if (known === undefined || known === own) return { number: own, also: undefined };
  return { number: known, also: own };
}

/** The end of a number, which is what people call out, and what stands before it. */
export function splitNumber(number: string): [head: string, tail: string] {
  const TAIL = 4;
  return number.length <= TAIL + 2 ? ['', number] : [number.slice(0, -TAIL), number.slice(-TAIL)];
}
