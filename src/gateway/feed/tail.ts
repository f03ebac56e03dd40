/**
 * The last items of a contiguous sequence, in memory: for clients that resume from not long ago. What `after` returns is
 * complete: every item above the number asked for, in order. Otherwise it returns undefined.
 */

export interface Tail<T> {
  /** Takes the item that follows; the oldest goes when there are more than `length`. */
  push(item: T): void;
  /** Forgets all; the next item will have the number `next`. */
  restart(next: number): void;
  /** All items above `number`, or undefined where some of them are no longer, or not yet, here. */
  after(number: number): T[] | undefined;
  /** The item with this number, if it is here. */
  at(number: number): T | undefined;
}

export function createTail<T>(length: number): Tail<T> {
  let first = 1;
  let items: T[] = [];
  return {
    push(item) {
      items.push(item);
      // Cut in one go at twice the length: cheaper than a shift for each.
      if (items.length >= length * 2) {
        first += items.length - length;
        items = items.slice(-length);
      }
    },
    restart(next) {
      first = next;
      items = [];
    },
    after(number) {
      const index = number - first + 1;
      return index < 0 || index > items.length ? undefined : items.slice(index);
    },
    at: (number) => items[number - first],
  };
}
