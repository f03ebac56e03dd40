/** What there is to ring for, from what the page knows: its open alerts, since when each is known, and a lost link. */

import type { Alert } from '../../client/types.ts';
import type { Clock } from './parts.ts';
import { LINK_KEY, type Situation } from './ringing.ts';
import type { LossReason } from './types.ts';

export interface Matters extends Pick<Situation, 'open' | 'linkLostAt'> {
  /** Of the loss that lasts, or of the last one. */
  readonly lossReason: LossReason;
  /** All open alerts. */
  setOpen(alerts: readonly Alert[]): void;
  /** Undefined: the link is not lost. */
  setLoss(why: LossReason | undefined): void;
  /** There is still a reason to ring for what has this key. */
  isCurrent(key: string): boolean;
}

export function createMatters(clock: Clock): Matters {
  let open = new Map<string, Situation['open'][number]>();
  let linkLostAt: number | undefined;
  let lossReason: LossReason = 'lost';
  return {
    get open() {
      return [...open.values()];
    },
    get linkLostAt() {
      return linkLostAt;
    },
    get lossReason() {
      return lossReason;
    },
    setOpen(alerts) {
      const now = clock.steadyNow();
      open = new Map(
        alerts.map((alert) => [alert.eventId, { alert, cameAt: open.get(alert.eventId)?.cameAt ?? now }]),
      );
    },
    setLoss(why) {
      lossReason = why ?? lossReason;
      linkLostAt = why === undefined ? undefined : (linkLostAt ?? clock.wallNow());
    },
    isCurrent: (key) => (key === LINK_KEY ? linkLostAt !== undefined : open.has(key)),
  };
}
