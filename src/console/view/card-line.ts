/** One of the alerts of a merged pop-up. */

import type { Alert } from '../../client/types.ts';
import type { ShownType } from '../model/alert-kinds.ts';
import { numberOf } from '../model/order-number.ts';
import { createCalledBy } from './called-by.ts';
import { button, el, setAttribute } from './dom.ts';
import { icon } from './icons.ts';
import type { KeyedRow } from './keyed-list.ts';
import { createOrderDetails } from './order-details.ts';
import type { PageState, ViewContext } from './page-state.ts';

export function createCardLine(
  context: ViewContext,
  type: ShownType,
  alert: Alert,
  page: () => PageState | undefined,
): KeyedRow<Alert> {
  const { text, intents } = context;
  const calledBy = createCalledBy(alert, text.alert.also);
  const details = createOrderDetails(context, alert);
  const acknowledge = button(
    {
      class: 'small',
      attributes: { title: text.alert.acknowledge },
      onClick: () => intents.acknowledge([alert.seq]),
    },
    icon('check'),
  );
  const node = el(
    'li',
    { class: 'card-line', testId: 'pop-up-line' },
    calledBy.node,
    details.node,
    acknowledge,
  );
  node.dataset.seq = String(alert.seq);
  return {
    node,
    update() {
      const now = page();
      if (now === undefined) return;
      const order = now.orderOf(alert);
      calledBy.update(order);
      details.update(now);
      const words = text.alert.acknowledgeThis(text.kind[type], numberOf(alert, order));
      setAttribute(acknowledge, 'aria-label', words);
    },
  };
}
