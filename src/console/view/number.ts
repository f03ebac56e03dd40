/** A number as it is read out across a counter: its end stands out. To a reader of the page it is one word. */

import { splitNumber } from '../model/order-number.ts';
import { el } from './dom.ts';

export function numberWithTail(number: string): HTMLElement {
  const [head, tail] = splitNumber(number);
  return el('span', { class: 'number' }, head === '' ? undefined : el('span', { class: 'head' }, head), el('b', {}, tail));
}
