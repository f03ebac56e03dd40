/**
 * What a screen reader reads out: new alerts at once, the state of the link when it is idle. Two regions that are always
 * there and change only by what is put into them; many alerts in a second are one sentence.
 */

import type { Alert } from '../../client/types.ts';
import { shownType } from '../model/alert-kinds.ts';
import { createBurst } from '../model/burst.ts';
import { numberOf } from '../model/order-number.ts';
import { countWords } from './alert-words.ts';
import { el } from './dom.ts';
import { linkWords } from './link-words.ts';
import type { PageState, View, ViewContext } from './page-state.ts';

const BURST_MS = 1_500;

export function createAnnouncer({ text }: ViewContext): View {
  const urgent = el('div', { testId: 'announcer', attributes: { role: 'alert' } });
  const calm = el('div', { attributes: { role: 'status' } });
  const node = el('div', { class: 'unseen' }, urgent, calm);
  const setTimer = (then: () => void, ms: number) => void setTimeout(then, ms);
  const burst = createBurst<Alert>({ windowMs: BURST_MS, setTimer, flush: announce });
  let known = new Set<number>();
  let link: string | undefined;
  let orderOf: PageState['orderOf'] = () => undefined;

  function announce(alerts: readonly Alert[]): void {
    const open = alerts.filter(({ seq }) => known.has(seq));
    const [first] = open;
    if (first === undefined) return;
    const words =
      open.length === 1
        ? `${text.kind[shownType(first)]} ${numberOf(first, orderOf(first))}`
        : countWords(open, text);
    urgent.replaceChildren(el('p', {}, words));
  }

  return {
    node,
    render({ open, link: state, now, orderOf: newest }) {
      orderOf = newest;
      const fresh = open.filter(({ seq }) => !known.has(seq));
      known = new Set(open.map(({ seq }) => seq));
      burst.add(fresh);
      if (state.name === link) return;
      // The first state needs no words.
      if (link !== undefined) calm.replaceChildren(el('p', {}, linkWords(state, now, text).words));
      link = state.name;
    },
  };
}
