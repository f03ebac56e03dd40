/** What may be another thing each second without news: the day, the age of an alert, who can be heard. */

import { midnight } from './language/formats.ts';
import type { Action, Alerts } from './model/alerts.ts';
import type { Store } from './model/store.ts';
import type { ShopFacts } from './shop/shop-facts.ts';
import type { ConsoleState } from './state.ts';
import type { TillSound } from './till-sound.ts';
import type { PageState } from './view/page-state.ts';
import type { Painter } from './view/painter.ts';
import { audibilityOf, canSound } from './view/sound-words.ts';

export interface EachSecondOptions {
  readonly store: Store<Alerts, Action>;
  readonly state: Pick<ConsoleState, 'link'>;
  readonly facts: ShopFacts;
  readonly tillSound: Pick<TillSound, 'look'>;
  readonly painter: Pick<Painter, 'paintedAt'>;
  look(): PageState;
  isVisible(): boolean;
  /** Milliseconds since 1970. */
  now(): number;
  refresh(): void;
}

/** The words for an age change each minute. */
const AGE_EVERY_MS = 15_000;

export function createEachSecond(options: EachSecondOptions): () => void {
  const { store, state, facts, tillSound, painter, look, isVisible, now, refresh } = options;
  return () => {
    const dayStart = midnight(now());
    if (dayStart !== store.state.dayStart) store.dispatch({ kind: 'midnight', dayStart });
    facts.look(canSound(audibilityOf(look())));
    tillSound.look();
    const isAging = now() - painter.paintedAt >= AGE_EVERY_MS;
    if (isVisible() && (isAging || state.link.name === 'waiting')) refresh();
  };
}
