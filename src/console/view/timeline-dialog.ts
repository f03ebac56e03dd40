/** Shows one order from created to spoken and acknowledged, as the service knows it when the dialog opens. */

import type { Alert } from '../../client/types.ts';
import type { OrderStep } from '../log/request-timeline.ts';
import { numberOf } from '../model/order-number.ts';
import { button, el, setText } from './dom.ts';
import type { LaterContext } from './later-context.ts';
import type { OpenTimeline } from './list-row.ts';
import type { PageState, View } from './page-state.ts';
import { spanWords, stepWords } from './timeline-words.ts';

export interface TimelineDialog extends View {
  readonly open: OpenTimeline;
}

export function createTimelineDialog({ text, formats, intents }: LaterContext): TimelineDialog {
  const { timeline: words } = text;
  let page: PageState | undefined;
  /** Counts the openings: an answer to an earlier one is dropped. */
  let turn = 0;

  const heading = el('h2', { id: 'timeline-heading' });
  const outcome = el('p', { testId: 'timeline-outcome', attributes: { role: 'status' } });
  const list = el('ol', {
    class: 'timeline',
    testId: 'timeline-steps',
    attributes: { 'aria-labelledby': 'timeline-heading' },
  });
  const dialog = el(
    'dialog',
    { class: 'dialog', testId: 'timeline', attributes: { 'aria-labelledby': 'timeline-heading' } },
    el(
      'form',
      { attributes: { method: 'dialog' } },
      el(
        'div',
        { class: 'dialog-head' },
        heading,
        button({ class: 'primary', type: 'submit', testId: 'timeline-done' }, words.done),
      ),
      outcome,
      list,
    ),
  );
  dialog.querySelector('form')?.addEventListener('submit', (event) => {
    event.preventDefault();
    dialog.close();
  });
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());

  function show(steps: readonly OrderStep[]): void {
    const { sid = '', alerts } = page ?? {};
    const lines = steps.map((step, index) => {
      const before = steps[index - 1];
      const ms = before === undefined ? undefined : Date.parse(step.at) - Date.parse(before.at);
      return el(
        'li',
        { class: 'timeline-step', testId: 'timeline-step' },
        el('time', { attributes: { datetime: step.at } }, formats.time(step.at, alerts?.dayStart ?? 0)),
        el('span', { class: 'timeline-span' }, ms === undefined ? '' : spanWords(ms, text)),
        el('span', {}, stepWords(step, sid, text)),
      );
    });
    list.replaceChildren(...lines);
  }

  async function open(alert: Alert, order: Alert | undefined): Promise<void> {
    const mine = ++turn;
    setText(heading, words.heading(numberOf(alert, order)));
    setText(outcome, words.loading);
    list.replaceChildren();
    dialog.showModal();
    const steps = await intents.readTimeline(alert.orderId).catch(() => undefined);
    if (mine !== turn) return;
    setText(outcome, steps === undefined ? words.failed : '');
    if (steps !== undefined) show(steps);
  }

  return {
    node: dialog,
    open: (alert, order) => void open(alert, order),
    render(state) {
      page = state;
    },
  };
}
