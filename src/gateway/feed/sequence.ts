/**
 * Numbered items that are published in the order of their numbers: a shop's notifications by `seq`, its receipts by `n`.
 * Each item that is published follows the one before it. The sequence knows up to where items exist, so that the missing
 * ones can be read from the log. What a hole in the log means is not decided here.
 */

import type { FrameTail, NumberedFrame } from './frame-tail.ts';

export interface SequenceOptions<Item> {
  /** Where the frames of the last items are kept. */
  tail: FrameTail;
  numberOf(item: Item): number;
  frameOf(item: Item): string;
  /** Called with the item at the head. */
  publish(item: Item, frame: string): void;
}

export class Sequence<Item> {
  readonly #options: SequenceOptions<Item>;
  readonly #tail: FrameTail;
  #head = 0;
  /** The highest number that is known of. */
  #wanted = 0;

  constructor(options: SequenceOptions<Item>) {
    this.#options = options;
    this.#tail = options.tail;
  }

  /** Everything up to here was published, or skipped. */
  get head(): number {
    return this.#head;
  }

  get wanted(): number {
    return this.#wanted;
  }

  /** Whether items are known of that were not published. */
  get isBehind(): boolean {
    return this.#wanted > this.#head;
  }

  /** Publishes the items that follow the head, in their order. */
  publishNext(items: readonly Item[]): void {
    for (const item of items) if (this.#follows(item)) this.#publish(item);
  }

  /** Wants the items that it does not publish: all where nothing may be published. */
  offer(items: readonly Item[], mayPublish: boolean): void {
    for (const item of items) {
      if (mayPublish && this.#follows(item)) this.#publish(item);
      else this.want(this.#options.numberOf(item));
    }
  }

  /** An item of this number exists. */
  want(number: number): void {
    this.#wanted = Math.max(this.#wanted, number);
  }

  /** Goes on with this number; items before it are not published. */
  skipTo(number: number): void {
    this.#head = number - 1;
    this.#tail.restart(number);
  }

  /**
   * The log was read, up to its own head. An item that it does not have is no reason to read it for ever; but one that
   * became wanted after the read began, above `goal`, is.
   */
  settle(goal: number, logHead: number): void {
    if (this.#head >= logHead && this.#wanted === goal) this.#wanted = this.#head;
  }

  /** Goes on after `head` in another log, where items up to `wanted` exist. */
  restart(head: number, wanted: number): void {
    this.skipTo(head + 1);
    this.#wanted = wanted;
  }

  /** The frames of all items above `number`, if all of them are in memory. */
  after(number: number): readonly NumberedFrame[] | undefined {
    return this.#tail.after(number);
  }

  #follows(item: Item): boolean {
    return this.#options.numberOf(item) === this.#head + 1;
  }

  #publish(item: Item): void {
    const frame = this.#options.frameOf(item);
    this.#head++;
    this.#tail.push(frame);
    this.#options.publish(item, frame);
  }
}
