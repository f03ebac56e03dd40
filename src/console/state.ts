/** What the page remembers between two events, besides the alerts and the settings, which have stores of their own. */

import type { LinkState } from './link/link-state.ts';
import type { ShopHearing } from './shop/request-presence.ts';
import type { Language } from './sound/types.ts';

export interface ConsoleState {
  language: Language;
  link: LinkState;
  /** The link has not been live for longer than a short break. */
  isLost: boolean;
  /** The service has another build of this page. */
  isOutdated: boolean;
  /** Under which this tab has drawn its `sid`. */
  tillName: string;
  /** Those that the person has been asked about before all are acknowledged. */
  asked: readonly number[] | undefined;
  /** Where an order is shown, with its id to be filled in; undefined where that is nowhere, or not known yet. */
  orderUrl: string | undefined;
  /** Whether any till of the shop can sound; undefined where that is not known. */
  shopHearing: ShopHearing | undefined;
  /** This tab's; empty until it is drawn. */
  sid: string;
  /** Resolves when `sid` belongs to this tab alone. */
  named: Promise<void>;
}

export function initialState(language: Language, tillName: string): ConsoleState {
  return {
    language,
    link: { name: 'reading' },
    isLost: false,
    isOutdated: false,
    tillName,
    asked: undefined,
    orderUrl: undefined,
    shopHearing: undefined,
    sid: '',
    named: Promise.resolve(),
  };
}
