/** What the views are given that are loaded on demand. Types only. */

import type { AllStrings } from '../language/later-strings.ts';
import type { ListContext } from './list-row.ts';
import type { ViewContext } from './page-state.ts';

export interface LaterContext extends ViewContext {
  readonly text: AllStrings;
}

export type DayContext = ListContext & LaterContext;
