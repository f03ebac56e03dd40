/** The pop-up of one alert. What kind it is shows in its colour, its icon and a word. */

import type { Alert } from '../../client/types.ts';
import { shownType } from '../model/alert-kinds.ts';
import { numberOf, readWords } from '../model/order-number.ts';
import { urgencyOf } from '../model/urgency.ts';
import { escalatedWords, labelOf } from './alert-words.ts';
import { createCalledBy } from './called-by.ts';
import { button, el, newId, setAttribute, setHidden, setText } from './dom.ts';
import { icon } from './icons.ts';
import type { KeyedRow } from './keyed-list.ts';
import { lookOf } from './kind-look.ts';
import { createOrderDetails } from './order-details.ts';
import type { PageState, ViewContext } from './page-state.ts';

export function createSingleCard(
  context: ViewContext,
  alert: Alert,
  page: () => PageState | undefined,
): KeyedRow<unknown> {
  const { text, formats } = context;
  const { seq, occurredAt } = alert;
  const { node, clock, age, calledBy, details, escalated, acknowledge } = partsOf(context, alert);

  return {
    node,
    update() {
      const now = page();
      if (now === undefined) return;
      setText(clock, `${formats.time(occurredAt, now.alerts.dayStart)} · `);
      setText(age, formats.age(occurredAt, now.now));
      node.dataset.urgency = urgencyOf(occurredAt, now.now, now.settings);
      const others = escalatedWords(now.alerts, seq, text, formats);
      setText(escalated, others);
      setHidden(escalated, others === '');
      const order = now.orderOf(alert);
      calledBy.update(order);
      details.update(now);
      const words = text.alert.acknowledgeThis(text.kind[shownType(alert)], numberOf(alert, order));
      setAttribute(acknowledge, 'aria-label', words);
    },
  };
}

function partsOf(context: ViewContext, alert: Alert) {
  const { text, intents } = context;
  const { seq, content, occurredAt } = alert;
  const shown = shownType(alert);
  const look = lookOf(shown);
  const ids = { kind: newId(), number: newId() };
  const clock = el('span', { class: 'card-clock' });
  const age = el('span', {});
  const time = el('time', { class: 'card-time', attributes: { datetime: occurredAt } }, clock, age);
  const calledBy = createCalledBy(alert, text.alert.also);
  const label = readWords(content).number === undefined ? undefined : labelOf(alert, text);
  const details = createOrderDetails(context, alert);
  const escalated = el('p', { class: 'card-escalated', testId: 'escalated', attributes: { role: 'status' } });
  const acknowledge = button(
    { class: 'primary', testId: 'acknowledge', onClick: () => intents.acknowledge([seq]) },
    icon('check'),
    text.alert.acknowledge,
  );
  const node = el(
    'article',
    {
      class: `card ${look.className}`,
      testId: 'pop-up',
      attributes: { 'aria-labelledby': `${ids.kind} ${ids.number}` },
    },
    el('header', { class: 'card-head' }, icon(look.icon), el('h3', { id: ids.kind }, text.kind[shown]), time),
    el(
      'p',
      { class: 'card-body', id: ids.number },
      label === undefined ? undefined : el('span', { class: 'label' }, label, ' '),
      calledBy.node,
    ),
    details.node,
    escalated,
    acknowledge,
  );
  node.dataset.seq = String(seq);
  return { node, clock, age, calledBy, details, escalated, acknowledge };
}
