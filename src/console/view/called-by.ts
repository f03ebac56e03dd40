/** What an alert is called by, where it is shown: renewed when it turns out which order a reminder is about. */

import type { Alert } from '../../client/types.ts';
import { calledBy, splitNumber } from '../model/order-number.ts';
import { el } from './dom.ts';

export interface CalledByView {
  readonly node: HTMLElement;
  update(order: Alert | undefined): void;
}

/** `also` words the alert's own number, where the order has a better one. */
export function createCalledBy(alert: Alert, also: (number: string) => string): CalledByView {
  const node = el('span', { class: 'called-by' });
  let shown: string | undefined;
  return {
    node,
    update(order) {
      const name = calledBy(alert, order);
      const key = `${name.number} ${name.also}`;
      if (key === shown) return;
      shown = key;
      if (name.number === undefined) node.replaceChildren(el('span', { class: 'content' }, alert.content));
      else node.replaceChildren(numberWithTail(name.number));
      if (name.also !== undefined) node.append(' ', el('span', { class: 'also' }, also(name.also)));
    },
  };
}

/** As it is read out across a counter: its end stands out. To a reader of the page it is one word. */
function numberWithTail(number: string): HTMLElement {
  const [head, tail] = splitNumber(number);
  const before = head === '' ? [] : [el('span', { class: 'head' }, head), el('wbr')];
  const end = el('b', {}, tail);
  end.style.setProperty('--characters', String(tail.length));
  return el('span', { class: 'number' }, ...before, end);
}
