/**
 * What a feed has published, by what identifies the events, so that no event rings twice for plain clients where the log becomes
 * another one. Every event published since `forgottenAt` is known. Bounded: of the log that is followed as many as the tail of its
 * frames has, from which they are read, and twice as many as that keeps at least of the logs before.
 *
 * Within one log no event comes twice, so that nothing is looked up there.
 */

import { type EventIdentity, eventKeyOf } from '../../domain/notification.ts';
import { eventOfFrame } from '../server-frames.ts';
import type { FrameTail } from './frame-tail.ts';

/** A class, since there is one for each shop: as a closure it took 1.2 kB. */
export class Published {
  readonly #tail: FrameTail;
  readonly #length: number;
  /** The place of the oldest that is known in the log that is followed. */
  #first = 1;
  /** The keys of the first of them, which were published before the tail began. */
  #keys: string[] = [];
  /** When each of them was published, in the order of their places. */
  #times: number[] = [];
  /** Whether it was to any socket. */
  #reached: boolean[] = [];
  /**
   * When those of the logs before were published, by their keys, without what has come again since; undefined where there was none.
   * Apart, so that what comes again early in another log pushes out nothing that comes again late.
   */
  #earlier: Map<string, number> | undefined;
  #forgottenAt: number;

  /** The tail is of the same feed, and keeps at least `length` frames. */
  constructor(tail: FrameTail, length: number, madeAt: number) {
    this.#tail = tail;
    this.#length = length;
    this.#forgottenAt = madeAt;
  }

  /** The feed begins after this event: the last of the log, for which no frame is kept. */
  beginAfter(seq: number, event: EventIdentity, now: number): void {
    this.#first = seq;
    this.#keys = [eventKeyOf(event)];
    this.#times = [now];
    this.#reached = [false];
  }

  /** Takes what was published at the next place of the log that is followed, and is in the tail, at a time of the caller's clock. */
  add(seq: number, event: EventIdentity, now: number, hasReached: boolean): void {
    if (this.#times.length === 0) this.#first = seq;
    this.#times.push(now);
    this.#reached.push(hasReached);
    this.#earlier?.delete(eventKeyOf(event));
    if (this.#tail.first > this.#first + this.#keys.length) this.#forget(this.#tail.first - this.#first);
  }

  /** Whether this event, which the log that is followed brings now, was published in a log before. */
  has(event: EventIdentity): boolean {
    return this.#earlier?.has(eventKeyOf(event)) === true;
  }

  /** The place of the oldest that is known in the log that is followed; undefined where none is. */
  get first(): number | undefined {
    return this.#times.length === 0 ? undefined : this.#first;
  }

  /** The key of the event at this place of the log that is followed, if it is known. */
  at(seq: number): string | undefined {
    const index = seq - this.#first;
    if (index < 0 || index >= this.#times.length) return undefined;
    if (index < this.#keys.length) return this.#keys[index];
    const frame = this.#tail.at(seq);
    return frame && eventKeyOf(eventOfFrame(frame));
  }

  /** When the event at this place of the log that is followed was published, if that is known, and if it was to any socket. */
  reachedAt(seq: number): number | undefined {
    const index = seq - this.#first;
    return this.#reached[index] ? this.#times[index] : undefined;
  }

  /**
   * Another log will be followed, which is the same up to `head`; the tail still has the one before. The events stay known, and
   * those up to there count as published now: that log may have stored them just before.
   */
  moveTo(head: number, now: number): void {
    const keys = this.#times.map((_, index) => this.at(this.#first + index) ?? '');
    const count = Math.max(0, head + 1 - this.#first);
    this.#keepAsEarlier(keys.slice(count), this.#times.splice(count));
    this.#keys = keys.slice(0, count);
    this.#times.fill(now);
    this.#reached = this.#times.map(() => false);
  }

  /** When the youngest was published that is not known any more, or else when the feed was made. */
  get forgottenAt(): number {
    return this.#forgottenAt;
  }

  /** Forgets the oldest of the log that is followed. */
  #forget(count: number): void {
    this.#forgetAt(this.#times[count - 1]);
    this.#first += count;
    this.#keys = this.#keys.slice(count);
    this.#times = this.#times.slice(count);
    this.#reached = this.#reached.slice(count);
  }

  #keepAsEarlier(keys: readonly string[], times: readonly number[]): void {
    if (keys.length === 0) return;
    this.#earlier ??= new Map();
    for (const [index, key] of keys.entries()) {
      this.#earlier.set(key, times[index] ?? this.#forgottenAt);
    }
    for (const [key, at] of this.#earlier) {
      if (this.#earlier.size <= this.#length * 2) break;
      this.#earlier.delete(key);
      this.#forgetAt(at);
    }
  }

  #forgetAt(time = this.#forgottenAt): void {
    this.#forgottenAt = Math.max(this.#forgottenAt, time);
  }
}
