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
  /** In the order of their tags. */
  const held = new Map<number, T>();

  return {
    add: (tag, delivery) => void held.set(tag, delivery),
    settle(tags) {
      for (const tag of tags) held.delete(tag);
      const lowest = held.keys().next().value ?? Number.POSITIVE_INFINITY;
      let top = 0;
      const above: number[] = [];
      for (const tag of tags) {
        if (tag > lowest) above.push(tag);
        else if (tag > top) top = tag;
      }
      const first: ChannelAck[] = top === 0 ? [] : [{ tag: top, multiple: true }];
      const rest = above.sort((a, b) => a - b).map((tag) => ({ tag, multiple: false }));
      return [...first, ...rest];
    },
    inHand: () => held.values(),
    size: () => held.size,
  };
}
