/** The place of the paired tills in the settings; what stands there is loaded when a person who may see it opens them. */

import type { ServiceAccess } from '../log/ask-service.ts';
import { setHidden } from './dom.ts';
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
  const node = group(options.text.tills.heading);
  let isShown = false;
  let loading: Promise<PairedTills> | undefined;
  setHidden(node, true);

  async function load(): Promise<PairedTills> {
    const { createPairedTills } = await import('./paired-tills.ts');
    const tills = createPairedTills(options, options.service, options.dayStart);
    node.append(...tills.nodes);
    return tills;
  }
  return {
    node,
    open() {
      if (!isShown) return;
      loading ??= load().catch((error) => {
        loading = undefined; // a later version is served by now, or the link is lost: the next opening tries again
        throw error;
      });
      loading.then(
        (tills) => tills.load(),
        () => {},
      );
    },
    show(canOperate) {
      isShown = canOperate;
      setHidden(node, !canOperate);
    },
  };
}
