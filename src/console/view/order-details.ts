/**
 * What is known of the order besides its number: what was ordered, its amount, and the way to it. A reminder shows its
 * order's. Nothing of it is markup.
 */

import type { Alert } from '../../client/types.ts';
import { numberOf } from '../model/order-number.ts';
import { orderUrlOf } from '../model/order-url.ts';
import { el, setAttribute, setHidden, setText } from './dom.ts';
import { icon } from './icons.ts';
import type { PageState, ViewContext } from './page-state.ts';

export interface OrderDetails {
  readonly node: HTMLElement;
  update(page: PageState): void;
}

export function createOrderDetails({ text, formats, shop }: ViewContext, alert: Alert): OrderDetails {
  const summary = el('span', { class: 'summary', testId: 'summary' });
  const amount = el('span', { class: 'amount', testId: 'amount' });
  const link = el(
    'a',
    {
      class: 'order-link',
      testId: 'order-link',
      attributes: { target: '_blank', rel: 'noopener noreferrer' },
    },
    el('span', {}, text.alert.viewOrder),
    icon('elsewhere'),
  );
  const node = el('div', { class: 'order-details' }, amount, summary, link);
  return {
    node,
    update({ orderOf, orderUrl }) {
      const order = orderOf(alert);
      const { summary: words = '', amount: fen } = { ...order, ...alert };
      const url = orderUrlOf(orderUrl, alert.orderId, shop);
      show(summary, words);
      setAttribute(summary, 'title', words === '' ? undefined : words);
      show(amount, fen === undefined ? '' : formats.amount(fen));
      setAttribute(link, 'href', url);
      setAttribute(link, 'aria-label', text.alert.viewOrderThis(numberOf(alert, order)));
      setHidden(link, url === undefined);
      setHidden(node, words === '' && fen === undefined && url === undefined);
    },
  };
}

function show(element: HTMLElement, words: string): void {
  setText(element, words);
  setHidden(element, words === '');
}
