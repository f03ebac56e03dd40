/** The place of the paired tills in the settings; what stands there is loaded when a person who may see it opens them. */

import { createLazy } from '../lazy.ts';
import type { ServiceAccess } from '../log/ask-service.ts';
import { button, el, setHidden } from './dom.ts';
import type { PairedTills, PairedTillsContext } from './paired-tills.ts';
import { group } from './settings-part.ts';

export interface TillsGroup {
  readonly node: HTMLElement;
  /** The dialog opens. */
  open(): void;
  show(canOperate: boolean): void;
}

export interface TillsGroupOptions extends PairedTillsContext {
  readonly service: ServiceAccess;
  /** The midnight that the day began with. */
  dayStart(): number;
}

export function createTillsGroup(options: TillsGroupOptions): TillsGroup {
  const { tills: text, banner } = options.text;
  const again = button(
    { class: 'second', testId: 'tills-again', onClick: () => part.load() },
    banner.loadAgain,
  );
  const missing = el(
    'div',
    { attributes: { role: 'alert' } },
    el('p', { class: 'fault' }, banner.part),
    again,
  );
  const node = group(text.heading, missing);
  const part = createLazy(
    () => import('./paired-tills.ts'),
    () => setHidden(missing, !part.hasFailed),
  );
  let isShown = false;
  let tills: PairedTills | undefined;
  setHidden(node, true);
  setHidden(missing, true);

  return {
    node,
    open() {
      if (!isShown) return;
      part.use(({ createPairedTills }) => {
        if (tills === undefined) {
          tills = createPairedTills(options, options.service, options.dayStart);
          node.append(...tills.nodes);
        }
        tills.load();
      });
    },
    show(canOperate) {
      isShown = canOperate;
      setHidden(node, !canOperate);
    },
  };
}
