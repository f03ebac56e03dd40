/** How the page stands with its shop's log, as far as people have to know. Types, and what follows from them. */

import type { Reason } from '../../client/types.ts';

/** `cannot-listen`: the token may read the log, and not receive alerts. */
export type SignedOut = 'unauthenticated' | 'expired' | 'forbidden' | 'cannot-listen';

export type LinkState =
  | { readonly name: 'reading' | 'connecting' | 'catching-up' | 'live' | 'replaced' }
  /** `until` is when the next attempt begins, in milliseconds since 1970. */
  | { readonly name: 'waiting'; readonly reason: Reason; readonly until: number }
  | { readonly name: 'signed-out'; readonly why: SignedOut }
  | { readonly name: 'refused'; readonly message: string };

export interface LossWatch {
  update(link: LinkState): void;
}

export interface LossWatchOptions {
  afterMs: number;
  /** As the browser has it. */
  setTimer(then: () => void, ms: number): number;
  clearTimer(timer: number): void;
  onChange(isLost: boolean): void;
}

/** Reports a link that has not been live for so long, and its return. A short break is not reported. */
export function watchForLoss({ afterMs, setTimer, clearTimer, onChange }: LossWatchOptions): LossWatch {
  let isLost = false;
  let timer: number | undefined;

  function settle(lost: boolean): void {
    timer = undefined;
    if (lost === isLost) return;
    isLost = lost;
    onChange(lost);
  }
  return {
    update({ name }) {
      // Another page of this till is live in our place.
      if (name === 'live' || name === 'replaced') {
        if (timer !== undefined) clearTimer(timer);
        settle(false);
      } else if (!isLost) timer ??= setTimer(() => settle(true), afterMs);
    },
  };
}
