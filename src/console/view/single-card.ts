/** The pop-up of one alert. What kind it is shows in its colour, its icon and a word. */

import type { Alert } from '../../client/types.ts';
import { numberOf, readWords } from '../model/order-number.ts';
import { labelOf } from './alert-words.ts';
import { button, el, newId, setHidden, setText } from './dom.ts';
import { icon } from './icons.ts';
import type { Row } from './keyed-list.ts';
import { numberWithTail } from './number.ts';
import type { PageState, ViewContext } from './page-state.ts';

export const KIND_CLASS = { 1: 'order', 2: 'reminder' } as const;

export function createSingleCard(
  { text, formats, intents }: ViewContext,
  alert: Alert,
  page: () => PageState | undefined,
): Row<unknown> {
  const { seq, type, occurredAt } = alert;
  const kind = KIND_CLASS[type];
  const ids = [newId(), newId()];
  const time = el('time', { class: 'card-time', attributes: { datetime: occurredAt } });
  const ofOrder = el('p', { class: 'card-order' });
  const node = el(
    'article',
    { class: `card ${kind}`, testId: 'pop-up', attributes: { 'aria-labelledby': ids.join(' ') } },
    el(
      'header',
      { class: 'card-head' },
      icon(kind),
      el('h3', { id: ids[0] ?? '' }, text.kind[type]),
      time,
    ),
    el('div', { class: 'card-body' }, contentOf(alert, ids[1] ?? ''), ofOrder),
    button(
      {
        class: 'primary',
        testId: 'acknowledge',
        attributes: { 'aria-label': text.alert.acknowledgeThis(text.kind[type], numberOf(alert)) },
        onClick: () => intents.acknowledge([seq]),
      },
      icon('check'),
      text.alert.acknowledge,
    ),
  );
  node.dataset.seq = String(seq);

  return {
    node,
    update() {
      const now = page();
      if (now === undefined) return;
      setText(time, `${formats.time(occurredAt, now.alerts.dayStart)} · ${formats.age(occurredAt, now.now)}`);
      const order = now.orderOf(alert);
      const number = order && numberOf(order);
      const isNews = number !== undefined && number !== numberOf(alert);
      setHidden(ofOrder, !isNews);
      setText(ofOrder, isNews ? text.alert.ofOrder(number) : '');
    },
  };

  function contentOf(of: Alert, id: string): HTMLElement {
    const { number } = readWords(of.content);
    if (number === undefined) return el('p', { class: 'card-content', id }, of.content);
    return el(
      'p',
      { class: 'card-number', id },
      el('span', { class: 'label' }, labelOf(of, text), ' '),
      numberWithTail(number),
    );
  }
}
