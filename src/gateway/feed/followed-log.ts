/** The log that a feed follows: how far it has come in it, what it misses, and whether there is another log by now. */

import type { LogState } from '../../domain/log.ts';
import type { LoggedNotification, LoggedReceipt } from '../../domain/notification.ts';
import type { Sequence } from './sequence.ts';

export class FollowedLog {
  readonly notifications: Sequence<LoggedNotification>;
  readonly receipts: Sequence<LoggedReceipt>;
  #epoch = '';
  #oldest = 1;
  #other: LogState | undefined;

  constructor(notifications: Sequence<LoggedNotification>, receipts: Sequence<LoggedReceipt>) {
    this.notifications = notifications;
    this.receipts = receipts;
  }

  get at(): LogState {
    const { head } = this.notifications;
    return { epoch: this.#epoch, head, oldest: this.#oldest, receipts: this.receipts.head };
  }

  get epoch(): string {
    return this.#epoch;
  }

  /** The log that is in the place of this one. The feed moves to it, and publishes no more of this one. */
  get other(): LogState | undefined {
    return this.#other;
  }

  /** Whether the log has to be read. */
  get isBehind(): boolean {
    return this.#other !== undefined || this.notifications.isBehind || this.receipts.isBehind;
  }

  /**
   * Takes where the log stands. `before` is where the feed stood when the log was asked: a log that was below that is not
   * merely read early, it is another one.
   */
  compare(before: Readonly<LogState>, state: LogState): void {
    if (before.epoch !== this.#epoch) return;
    const isOther = state.epoch !== before.epoch;
    if (isOther || state.head < before.head || state.receipts < before.receipts) {
      const known = this.#other?.epoch === state.epoch ? this.#other.head : 0;
      this.#other = { ...state, head: Math.max(known, state.head) };
      return;
    }
    this.#oldest = Math.max(this.#oldest, state.oldest);
    this.notifications.want(state.head);
    this.receipts.want(state.receipts);
  }

  /** The other log is not what it was taken for: it has to be looked at again. */
  forgetOther(): void {
    this.#other = undefined;
  }

  /** The log is known: begins at this place. What was wanted before still is. */
  start({ epoch, head, oldest, receipts }: LogState): void {
    this.#epoch = epoch;
    this.#oldest = oldest;
    this.notifications.skipTo(head + 1);
    this.receipts.skipTo(receipts + 1);
  }

  /** Goes on at this place, perhaps in another log, of which only notifications up to `wanted` are known. */
  moveTo({ epoch, head, oldest, receipts }: LogState, wanted: number): void {
    this.#other = undefined;
    this.#epoch = epoch;
    this.#oldest = oldest;
    this.notifications.restart(head, wanted);
    this.receipts.restart(receipts, 0);
  }
}
