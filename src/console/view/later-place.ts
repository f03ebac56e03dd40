/** Where the views that are loaded on demand stand in the page. They are asked for when a person or the page's state wants one. */

import type { Lazy } from '../lazy.ts';
import { el, setHidden } from './dom.ts';
import type { createLaterViews, LaterViews, LaterViewsOptions } from './later-views.ts';
import type { PageState, View } from './page-state.ts';

/** The module that is loaded. */
export interface LaterPart {
  readonly createLaterViews: typeof createLaterViews;
}

export interface LaterPlace extends View {
  use(call: (views: LaterViews) => void): void;
}

/** `optionsOf` is asked when the views are made. */
export function createLaterPlace(part: Lazy<LaterPart>, optionsOf: () => LaterViewsOptions): LaterPlace {
  const node = el('div');
  setHidden(node, true);
  let views: LaterViews | undefined;
  let isAskedFor = false;
  let page: PageState | undefined;

  function make({ createLaterViews }: LaterPart): LaterViews {
    if (views !== undefined) return views;
    views = createLaterViews(optionsOf());
    node.replaceWith(...views.nodes);
    if (page !== undefined) views.render(page);
    return views;
  }
  /** The page may have become one in another language meanwhile. */
  function use(call: (views: LaterViews) => void): void {
    part.use((loaded) => {
      if (views !== undefined || node.isConnected) call(make(loaded));
    });
  }
  return {
    node,
    use,
    render(next) {
      page = next;
      if (views !== undefined) views.render(next);
      else if (isWanted(next) && !isAskedFor) {
        isAskedFor = true;
        use(() => {});
      }
    },
  };
}

function isWanted({ link, offer, days }: PageState): boolean {
  return link.name === 'signed-out' || offer !== undefined || days.shown.name !== 'today';
}
