/** One alert in the list. */

import type { Alert } from '../../client/types.ts';
import { shownType } from '../model/alert-kinds.ts';
import { type Status, statusOf } from '../model/alerts.ts';
import { numberOf } from '../model/order-number.ts';
import { escalatedWords, tillWords } from './alert-words.ts';
import { createCalledBy } from './called-by.ts';
import { button, el, setAttribute, setHidden, setText } from './dom.ts';
import { icon } from './icons.ts';
import type { KeyedRow } from './keyed-list.ts';
import { lookOf } from './kind-look.ts';
import { createOrderDetails } from './order-details.ts';
import type { PageState, ViewContext } from './page-state.ts';

/** `order` is the one that the alert is about, where that is known. */
export type OpenTimeline = (alert: Alert, order: Alert | undefined) => void;

export interface ListContext extends ViewContext {
  openTimeline: OpenTimeline;
}

export function createListRow(
  context: ListContext,
  made: Alert,
  page: () => PageState | undefined,
): KeyedRow<Alert> {
  const { text, formats } = context;
  const parts = partsOf(context, made, page);
  const { node, time, calledBy, details, status, acknowledge, timeline } = parts;

  return {
    node,
    update(alert) {
      const now = page();
      if (now === undefined) return;
      const is = statusOf(now.alerts, alert);
      node.dataset.status = is;
      setText(time, formats.time(made.occurredAt, now.alerts.dayStart));
      setText(status, statusWords(alert, is, now, context));
      if (acknowledge === document.activeElement && is !== 'open') moveOn(node);
      setHidden(acknowledge, is !== 'open');
      const order = now.orderOf(alert);
      calledBy.update(order);
      details.update(now);
      const number = numberOf(alert, order);
      setAttribute(acknowledge, 'aria-label', text.alert.acknowledgeThis(text.kind[shownType(made)], number));
      setAttribute(timeline, 'aria-label', text.list.timelineOf(number));
    },
  };
}

function partsOf(context: ListContext, made: Alert, page: () => PageState | undefined) {
  const { text, intents, openTimeline } = context;
  const shown = shownType(made);
  const look = lookOf(shown);
  const time = el('time', { class: 'row-time', attributes: { datetime: made.occurredAt } });
  const calledBy = createCalledBy(made, text.alert.also);
  const details = createOrderDetails(context, made);
  const status = el('span', { class: 'row-status', testId: 'row-status' });
  const acknowledge = button(
    { class: 'small', onClick: () => intents.acknowledge([made.seq]) },
    icon('check'),
    text.alert.acknowledge,
  );
  const timeline = button(
    {
      class: 'quiet row-timeline',
      testId: 'row-timeline',
      attributes: { title: text.list.timeline },
      onClick: () => openTimeline(made, page()?.orderOf(made)),
    },
    icon('reminder'),
  );
  const node = el(
    'li',
    { class: `row ${look.className}`, testId: 'alert-row' },
    time,
    el('span', { class: 'row-kind' }, icon(look.icon), text.kind[shown]),
    el('span', { class: 'row-number' }, calledBy.node),
    details.node,
    status,
    acknowledge,
    timeline,
  );
  node.dataset.seq = String(made.seq);
  return { node, time, calledBy, details, status, acknowledge, timeline };
}

function statusWords(
  alert: Alert,
  is: Status,
  { alerts, held, sid }: PageState,
  { text, formats }: ListContext,
): string {
  const { status } = text.list;
  if (held.has(alert.seq)) return status.held;
  const { ackedBy, ackedAt, reason } = alert;
  if (is !== 'acknowledged' || ackedBy === undefined || ackedAt === undefined) {
    const others = is === 'open' ? escalatedWords(alerts, alert.seq, text, formats) : '';
    return others !== '' ? others : is === 'pending' ? status.pending : status.open;
  }
  const at = formats.time(ackedAt, alerts.dayStart);
  if (ackedBy !== null) return status.acknowledged(tillWords(ackedBy, sid, text), at);
  return reason === 'cancelled' ? status.cancelled(at) : status.accepted(at);
}

/** The button goes; the keyboard stays where it was, at the next one if there is one. */
function moveOn(node: HTMLElement): void {
  let next = node.nextElementSibling;
  while (next !== null && !isOpenRow(next)) next = next.nextElementSibling;
  const target = next?.querySelector('button') ?? node;
  if (target === node) node.tabIndex = -1;
  target.focus();
}

function isOpenRow(row: Element): boolean {
  return row instanceof HTMLElement && row.dataset.status === 'open';
}
