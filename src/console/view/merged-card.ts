/** The pop-up of many alerts of one kind: how many, and each of them to be acknowledged by itself or all at once. */

import type { Alert } from '../../client/types.ts';
import type { ShownType } from '../model/alert-kinds.ts';
import { type PopUp, SHOWN_IN_ONE } from '../model/alert-list.ts';
import { urgencyOf } from '../model/urgency.ts';
import { createCardLine } from './card-line.ts';
import { button, el, newId, setAttribute, setHidden, setText } from './dom.ts';
import { icon } from './icons.ts';
import { createKeyedList, type KeyedRow } from './keyed-list.ts';
import { lookOf } from './kind-look.ts';
import type { PageState, ViewContext } from './page-state.ts';

export function createMergedCard(
  context: ViewContext,
  type: ShownType,
  page: () => PageState | undefined,
): KeyedRow<PopUp> {
  const { text, intents } = context;
  let seqs: readonly number[] = [];
  const parts = partsOf(context, type, () => intents.acknowledgeAll(seqs));
  const { node, title, time, summary, list, more, acknowledgeAll } = parts;
  const rows = createKeyedList<Alert>(list, {
    keyOf: ({ seq }) => String(seq),
    make: (alert) => createCardLine(context, type, alert, page),
    removalMs: 450,
    onFocusLost: (neighbour) => (neighbour?.querySelector('button') ?? acknowledgeAll).focus(),
  });

  return {
    node,
    update(popUp) {
      const now = page();
      if (popUp.kind !== 'merged' || now === undefined) return;
      const { alerts } = popUp;
      const [oldest] = alerts;
      seqs = alerts.map(({ seq }) => seq);
      if (oldest !== undefined) {
        node.dataset.urgency = urgencyOf(oldest.occurredAt, now.now, now.settings);
      }
      const several = text.several[type](alerts.length);
      setText(title, several);
      setText(time, spanOf(alerts, now.alerts.dayStart, context));
      setText(summary, text.alert.each(alerts.length));
      setAttribute(acknowledgeAll, 'aria-label', text.alert.acknowledgeAllThese(several));
      setHidden(more, alerts.length <= SHOWN_IN_ONE);
      setText(more, text.alert.more(Math.max(0, alerts.length - SHOWN_IN_ONE)));
      rows.render(alerts.slice(0, SHOWN_IN_ONE));
    },
  };
}

function partsOf({ text }: ViewContext, type: ShownType, onClick: () => void) {
  const look = lookOf(type);
  const id = newId();
  const title = el('h3', { id, testId: 'merged-title' });
  const time = el('span', { class: 'card-time' });
  const summary = el('summary', {});
  const list = el('ul', { class: 'card-list', attributes: { 'aria-labelledby': id } });
  const more = el('p', { class: 'card-more' });
  const acknowledgeAll = button(
    { class: 'primary', testId: 'acknowledge-all', onClick },
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
  return { node, title, time, summary, list, more, acknowledgeAll };
}

/** From the oldest to the newest; one time where both are the same. */
function spanOf(alerts: readonly Alert[], dayStart: number, { formats }: ViewContext): string {
  const ends = [alerts[0], alerts.at(-1)].filter((alert) => alert !== undefined);
  return [...new Set(ends.map(({ occurredAt }) => formats.time(occurredAt, dayStart)))].join(' – ');
}
