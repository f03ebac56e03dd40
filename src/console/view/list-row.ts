/** One alert in the list. */

import type { Alert } from '../../client/types.ts';
import { shownType } from '../model/alert-kinds.ts';
import { statusOf } from '../model/alerts.ts';
import { numberOf } from '../model/order-number.ts';
import { escalatedWords, tillWords } from './alert-words.ts';
import { createCalledBy } from './called-by.ts';
import { button, el, setAttribute, setHidden, setText } from './dom.ts';
import { icon } from './icons.ts';
import type { KeyedRow } from './keyed-list.ts';
import { lookOf } from './kind-look.ts';
import type { PageState, ViewContext } from './page-state.ts';
import type { OpenTimeline } from './timeline-dialog.ts';

export interface ListContext extends ViewContext {
  openTimeline: OpenTimeline;
}

export function createListRow(
  { text, formats, intents, openTimeline }: ListContext,
  made: Alert,
  page: () => PageState | undefined,
): KeyedRow<Alert> {
  const { seq, occurredAt } = made;
  const shown = shownType(made);
  const look = lookOf(shown);
  const time = el('time', { class: 'row-time', attributes: { datetime: occurredAt } });
  const calledBy = createCalledBy(made, text.alert.also);
  const status = el('span', { class: 'row-status', testId: 'row-status' });
  const acknowledge = button(
    { class: 'small', onClick: () => intents.acknowledge([seq]) },
    icon('check'),
    text.alert.acknowledge,
  );
  const timeline = button(
    {
      class: 'quiet row-timeline',
      testId: 'row-timeline',
      attributes: { title: text.timeline.open },
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
    status,
    acknowledge,
    timeline,
  );
  node.dataset.seq = String(seq);

  return {
    node,
    update(alert) {
      const now = page();
      if (now === undefined) return;
      const { alerts, sid, held } = now;
      const is = statusOf(alerts, alert);
      node.dataset.status = is;
      setText(time, formats.time(occurredAt, alerts.dayStart));
      const others = is === 'open' ? escalatedWords(alerts, seq, text, formats) : '';
      const words = held.has(seq) ? text.list.status.held : statusWords(alert, is, sid, alerts.dayStart);
      setText(status, others === '' ? words : others);
      if (acknowledge === document.activeElement && is !== 'open') moveOn();
      setHidden(acknowledge, is !== 'open');
      const order = now.orderOf(alert);
      calledBy.update(order);
      const number = numberOf(alert, order);
      setAttribute(acknowledge, 'aria-label', text.alert.acknowledgeThis(text.kind[shown], number));
      setAttribute(timeline, 'aria-label', text.timeline.openThis(number));
    },
  };

  function statusWords(alert: Alert, is: ReturnType<typeof statusOf>, own: string, dayStart: number): string {
    const { ackedBy, ackedAt, reason } = alert;
    if (is !== 'acknowledged' || ackedBy === undefined || ackedAt === undefined) {
      return is === 'pending' ? text.list.status.pending : text.list.status.open;
    }
    const at = formats.time(ackedAt, dayStart);
    if (ackedBy !== null) return text.list.status.acknowledged(tillWords(ackedBy, own, text), at);
    return reason === 'cancelled' ? text.list.status.cancelled(at) : text.list.status.accepted(at);
  }

  /** The button goes; the keyboard stays where it was, at the next one if there is one. */
  function moveOn(): void {
    let next = node.nextElementSibling;
    while (next !== null && !isOpen(next)) next = next.nextElementSibling;
    const target = next?.querySelector('button') ?? node;
    if (target === node) node.tabIndex = -1;
    target.focus();
  }
}

function isOpen(row: Element): boolean {
  return row instanceof HTMLElement && row.dataset.status === 'open';
}
