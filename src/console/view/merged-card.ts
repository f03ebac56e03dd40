/** The pop-up of many alerts of one kind: how many, and each of them to be acknowledged by itself or all at once. */

import type { Alert } from '../../client/types.ts';
import type { ShownType } from '../model/alert-kinds.ts';
import { type PopUp, SHOWN_IN_ONE } from '../model/alert-list.ts';
import { numberOf } from '../model/order-number.ts';
import { urgencyOf } from '../model/urgency.ts';
import { createCalledBy } from './called-by.ts';
import { button, el, newId, setAttribute, setHidden, setText } from './dom.ts';
import { icon } from './icons.ts';
import { createKeyedList, type KeyedRow } from './keyed-list.ts';
import { lookOf } from './kind-look.ts';
import type { PageState, ViewContext } from './page-state.ts';

export function createMergedCard(
  { text, formats, intents }: ViewContext,
  type: ShownType,
  page: () => PageState | undefined,
): KeyedRow<PopUp> {
  const look = lookOf(type);
  const id = newId();
  const title = el('h3', { id, testId: 'merged-title' });
  const time = el('span', { class: 'card-time' });
  const summary = el('summary', {});
  const list = el('ul', { class: 'card-list', attributes: { 'aria-labelledby': id } });
  const more = el('p', { class: 'card-more' });
  const acknowledgeAll = button(
    { class: 'primary', testId: 'acknowledge-all', onClick: () => intents.acknowledgeAll(seqs) },
    icon('check'),
    text.alert.acknowledgeAll,
  );
  const node = el(
    'article',
    {
      class: `card merged ${look.className}`,
      testId: 'pop-up-merged',
      attributes: { 'aria-labelledby': id },
    },
    el('header', { class: 'card-head' }, icon(look.icon), title, time),
    acknowledgeAll,
    el('details', { class: 'card-each', attributes: { open: true } }, summary, list, more),
  );
  let seqs: readonly number[] = [];

  const rows = createKeyedList<Alert>(list, {
    keyOf: ({ seq }) => String(seq),
    make: lineOf,
    removalMs: 450,
    onFocusLost: (neighbour) => (neighbour?.querySelector('button') ?? acknowledgeAll).focus(),
  });

  return {
    node,
    update(popUp) {
      if (popUp.kind !== 'merged') return;
      const { alerts } = popUp;
      seqs = alerts.map(({ seq }) => seq);
      const [oldest] = alerts;
      const now = page();
      if (oldest !== undefined && now !== undefined) {
        node.dataset.urgency = urgencyOf(oldest.occurredAt, now.now, now.settings);
      }
      setText(title, text.several[type](alerts.length));
      setText(time, spanOf(alerts));
      setText(summary, text.alert.each(alerts.length));
      acknowledgeAll.setAttribute(
        'aria-label',
        text.alert.acknowledgeAllThese(text.several[type](alerts.length)),
      );
      setHidden(more, alerts.length <= SHOWN_IN_ONE);
      setText(more, text.alert.more(Math.max(0, alerts.length - SHOWN_IN_ONE)));
      rows.render(alerts.slice(0, SHOWN_IN_ONE));
    },
  };

  function spanOf(alerts: readonly Alert[]): string {
    const dayStart = page()?.alerts.dayStart ?? 0;
    const times = [alerts[0], alerts.at(-1)].map(
      (alert) => alert && formats.time(alert.occurredAt, dayStart),
    );
    return [...new Set(times)].join(' – ');
  }

  function lineOf(alert: Alert): KeyedRow<Alert> {
    const calledBy = createCalledBy(alert, text.alert.also);
    const acknowledge = button(
      {
        class: 'small',
        attributes: { title: text.alert.acknowledge },
        onClick: () => intents.acknowledge([alert.seq]),
      },
      icon('check'),
    );
    const node = el('li', { class: 'card-line', testId: 'pop-up-line' }, calledBy.node, acknowledge);
    node.dataset.seq = String(alert.seq);
    return {
      node,
      update() {
        const order = page()?.orderOf(alert);
        calledBy.update(order);
        const words = text.alert.acknowledgeThis(text.kind[type], numberOf(alert, order));
        setAttribute(acknowledge, 'aria-label', words);
      },
    };
  }
}
