/**
 * The deliveries of one channel that are in hand, and how they may be acknowledged. Guarantees that no `multiple`
 * acknowledgement covers a delivery that is not settled, that each is acknowledged exactly once, that one which stays
 * unsettled does not hold back those after it, and that no more is remembered than what is in hand. Tags count upwards.
 */

export interface ChannelAck {
  tag: number;
  /** Covers every delivery up to `tag` that is not acknowledged yet. */
  multiple: boolean;
}

export interface AckWindow<T> {
  /** Takes a delivery into hand; its tag is above all before it. */
  add(tag: number, delivery: T): void;
  /** Takes the tags that have just been settled out of hand and gives the acknowledgements to send, in order. */
  settle(tags: readonly number[]): ChannelAck[];
  inHand(): Iterable<T>;
  size(): number;
}

export function createAckWindow<T>(): AckWindow<T> {
  // In the order of their tags. Those out of hand are undefined, until they are half of all. No map: see held-bytes.ts.
  let tags: number[] = [];
  let deliveries: (T | undefined)[] = [];
  let inHand = 0;
  /** All before it are out of hand. */
  let lowest = 0;

  function remove(tag: number): void {
    const index = indexOf(tags, tag);
    if (deliveries[index] === undefined) return;
    deliveries[index] = undefined;
    inHand--;
  }

  function moveUp(): void {
    while (lowest < tags.length && deliveries[lowest] === undefined) lowest++;
    if (inHand * 2 > tags.length) return;
    const isInHand = (_: unknown, index: number) => deliveries[index] !== undefined;
    tags = tags.filter(isInHand);
    deliveries = deliveries.filter(isInHand);
    lowest = 0;
  }

  return {
    add(tag, delivery) {
      tags.push(tag);
      deliveries.push(delivery);
      inHand++;
    },
    settle(settled) {
      for (const tag of settled) remove(tag);
      moveUp();
      const bound = tags[lowest] ?? Number.POSITIVE_INFINITY;
      let top = 0;
      const above: number[] = [];
      for (const tag of settled) {
        if (tag > bound) above.push(tag);
        else if (tag > top) top = tag;
      }
      const first: ChannelAck[] = top === 0 ? [] : [{ tag: top, multiple: true }];
      const rest = above.sort((a, b) => a - b).map((tag) => ({ tag, multiple: false }));
      return [...first, ...rest];
    },
    inHand: () => deliveries.filter((delivery) => delivery !== undefined),
    size: () => inHand,
  };
}

/** In ascending numbers; the length where it is not among them. */
function indexOf(ascending: readonly number[], wanted: number): number {
  let from = 0;
  let to = ascending.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((ascending[middle] ?? 0) < wanted) from = middle + 1;
    else to = middle;
  }
  return ascending[from] === wanted ? from : ascending.length;
}
