/** Puts the page into the document and keeps it up to date: another language is another page. */

import type { ConsolePage } from './page.ts';
import type { PageState } from './page-state.ts';

export interface Painter {
  /** Milliseconds since 1970. */
  readonly paintedAt: number;
  /** Makes the page anew, and paints it. */
  mount(): void;
  paint(): void;
  focusLanguage(): void;
}

export interface PainterOptions {
  makePage(): ConsolePage;
  /** What is so now. */
  look(): PageState;
  titleOf(state: PageState): string;
}

export function createPainter({ makePage, look, titleOf }: PainterOptions): Painter {
  let page: ConsolePage | undefined;
  let paintedAt = 0;

  function paint(): void {
    const state = look();
    paintedAt = state.now;
    document.title = titleOf(state);
    page?.render(state);
  }
  return {
    get paintedAt() {
      return paintedAt;
    },
    mount() {
      page = makePage();
      document.getElementById('page')?.replaceChildren(...page.nodes);
      paint();
    },
    paint,
    focusLanguage: () => page?.focusLanguage(),
  };
}
