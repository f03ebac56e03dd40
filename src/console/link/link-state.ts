/** How the page stands with its shop's log, as far as people have to know. Types, and what follows from them. */

import type { Reason } from '../../client/types.ts';
import type { Timers } from '../timers/timers.ts';

/** `cannot-listen`: the token may read the log, and not receive alerts. `removed`: the service removed this paired till. */
export type SignedOut = 'unauthenticated' | 'removed' | 'expired' | 'forbidden' | 'cannot-listen';

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
  after: Timers['after'];
  onChange(isLost: boolean): void;
}

/** Reports a link that has not been live for so long, and its return. A short break is not reported. */
export function watchForLoss({ afterMs, after, onChange }: LossWatchOptions): LossWatch {
  let isLost = false;
  let cancel: (() => void) | undefined;

  function settle(lost: boolean): void {
    cancel = undefined;
    if (lost === isLost) return;
    isLost = lost;
    onChange(lost);
  }
  return {
    update({ name }) {
      // Another page of this till is live in our place.
      if (name === 'live' || name === 'replaced') {
        cancel?.();
        settle(false);
      } else if (!isLost) cancel ??= after(afterMs, () => settle(true));
    },
  };
}
