/**
 * Keeps up to date what the page shows of its shop besides the alerts. Guarantees that it is asked for with each new link,
 * since another version of the service may have others, and that what is known holds until there is an answer.
 */

import type { LinkState } from '../link/link-state.ts';
import type { ConsoleState } from '../state.ts';
import type { ReadSettings } from './request-settings.ts';

export interface ShopFactsOptions {
  readSettings: ReadSettings;
  state: Pick<ConsoleState, 'orderUrl'>;
  /** What is known is something else now. */
  onChange(): void;
}

export interface ShopFacts {
  /** Whenever the link is another one. */
  follow(link: LinkState): void;
}

export function createShopFacts({ readSettings, state, onChange }: ShopFactsOptions): ShopFacts {
  let wasLive = false;

  async function learnSettings(): Promise<void> {
    const settings = await readSettings().catch(() => undefined);
    if (settings === undefined || settings.orderUrl === state.orderUrl) return;
    state.orderUrl = settings.orderUrl;
    onChange();
  }

  return {
    follow({ name }) {
      const isLive = name === 'live';
      if (isLive && !wasLive) void learnSettings();
      wasLive = isLive;
    },
  };
}
