/**
 * Numbered items that are published in the order of their numbers: a shop's notifications by `seq`, its receipts by `n`.
 * Each item that is published follows the one before it. The sequence knows up to where items exist, so that the missing
 * ones can be read from the log. What a hole in the log means is not decided here.
 */

import { Tail } from './tail.ts';

export interface SequenceOptions<Item, Kept> {
  numberOf(item: Item): number;
  /** What is kept of an item. */
  keep(item: Item): Kept;
  /** Called with the item at the head. */
  publish(item: Item, kept: Kept): void;
  tailLength: number;
}

export class Sequence<Item, Kept> {
  readonly #options: SequenceOptions<Item, Kept>;
  readonly #tail: Tail<Kept>;
  #head = 0;
  /** The highest number that is known of. */
  #wanted = 0;

  constructor(options: SequenceOptions<Item, Kept>) {
    this.#options = options;
    this.#tail = new Tail(options.tailLength);
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

  /** What is kept of all items above `number`, if all of it is in memory. */
  after(number: number): readonly Kept[] | undefined {
    return this.#tail.after(number);
  }

  /** What is kept of the item with this number, if that is in memory. */
  at(number: number): Kept | undefined {
    return this.#tail.at(number);
  }

  #follows(item: Item): boolean {
    return this.#options.numberOf(item) === this.#head + 1;
  }

  #publish(item: Item): void {
    const kept = this.#options.keep(item);
    this.#head++;
    this.#tail.push(kept);
    this.#options.publish(item, kept);
  }
}
