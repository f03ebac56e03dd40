/**
 * Keeps up to date what the page shows of its shop besides the alerts. Guarantees that the service's settings are asked for
 * with each new link, since another version of the service may have others, and hold until there is an answer; that whether
 * the shop can be heard is asked for as well each minute, and when this till falls silent or sounds again, but only while
 * the page is looked at and as long as the service allows it; and that it is not shown without a link.
 */

import type { LinkState } from '../link/link-state.ts';
import type { ConsoleState } from '../state.ts';
import type { ReadPresence } from './request-presence.ts';
import type { ReadSettings } from './request-settings.ts';

const PRESENCE_EVERY_MS = 60_000;
/** So long a till's own report takes, at the most, until the service knows of it. */
const REPORTED_MS = 2_000;

export interface ShopFactsOptions {
  readSettings: ReadSettings;
  readPresence: ReadPresence;
  state: Pick<ConsoleState, 'orderUrl' | 'shopHearing'>;
  isVisible(): boolean;
  /** Milliseconds of a clock that never jumps. */
  now(): number;
  /** What is known is something else now. */
  onChange(): void;
}

export interface ShopFacts {
  /** Whenever the link is another one. */
  follow(link: LinkState): void;
  /** Each second; `canSound` is whether this till can. */
  look(canSound: boolean): void;
}

export function createShopFacts(options: ShopFactsOptions): ShopFacts {
  const { readSettings, readPresence, state, isVisible, now, onChange } = options;
  let isLive = false;
  /** Counts the links: what was asked over an earlier one is dropped. */
  let turn = 0;
  let presenceAt = Number.POSITIVE_INFINITY;
  let isRefused = false;
  let couldSound: boolean | undefined;

  async function learnSettings(): Promise<void> {
    const settings = await readSettings().catch(() => undefined);
    if (settings === undefined || settings.orderUrl === state.orderUrl) return;
    state.orderUrl = settings.orderUrl;
    onChange();
  }

  async function learnPresence(): Promise<void> {
    const mine = turn;
    presenceAt = now() + PRESENCE_EVERY_MS;
    const answer = await readPresence().catch(() => undefined);
    if (mine !== turn) return;
    isRefused = answer === 'refused';
    showPresence(answer === 'refused' ? undefined : answer);
  }

  function showPresence(hearing: ConsoleState['shopHearing']): void {
    if (hearing === state.shopHearing) return;
    state.shopHearing = hearing;
    onChange();
  }

  return {
    follow({ name }) {
      if (isLive === (name === 'live')) return;
      isLive = !isLive;
      turn += 1;
      presenceAt = now() + REPORTED_MS;
      isRefused = false;
      if (isLive) void learnSettings();
      else showPresence(undefined);
    },
    look(canSound) {
      const isOther = couldSound !== canSound;
      couldSound = canSound;
      if (isOther) presenceAt = Math.min(presenceAt, now() + REPORTED_MS);
      if (isLive && !isRefused && isVisible() && now() >= presenceAt) void learnPresence();
    },
  };
}
