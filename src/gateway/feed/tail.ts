/**
 * The last items of a contiguous sequence, in memory: for clients that resume from not long ago. What `after` returns is
 * complete: every item above the number asked for, in order. Otherwise it returns undefined.
 */

/** A class, since there are two for each shop. */
export class Tail<T> {
  readonly #length: number;
  #first = 1;
  #items: T[] = [];

  constructor(length: number) {
    this.#length = length;
  }

  /** Takes the item that follows; the oldest goes when there are more than `length`. */
  push(item: T): void {
    this.#items.push(item);
    // Cut in one go at twice the length: cheaper than a shift for each.
    if (this.#items.length >= this.#length * 2) {
      this.#first += this.#items.length - this.#length;
      this.#items = this.#items.slice(-this.#length);
    }
  }

  /** Forgets all; the next item will have the number `next`. */
  restart(next: number): void {
    this.#first = next;
    this.#items = [];
  }

  /** All items above `number`, or undefined where some of them are no longer, or not yet, here. */
  after(number: number): T[] | undefined {
    const index = number - this.#first + 1;
    return index < 0 || index > this.#items.length ? undefined : this.#items.slice(index);
  }

  /** The item with this number, if it is here. */
  at(number: number): T | undefined {
    return this.#items[number - this.#first];
  }
}
