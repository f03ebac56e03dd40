/**
 * Which deliveries of one channel may be acknowledged, and how. Guarantees that no `multiple` acknowledgement covers
 * a delivery that is not settled, that each delivery is acknowledged exactly once, and that one which stays unsettled
 * does not hold back those after it. Tags of a channel count 1, 2, 3 …
 */

export interface Acknowledgement {
  tag: number;
  /** Covers every delivery up to `tag` that is not acknowledged yet. */
  multiple: boolean;
}

export interface AckWindow {
  /** Takes the tags that have just been settled and gives the acknowledgements to send, in order. */
  settle(tags: readonly number[]): Acknowledgement[];
}

export function createAckWindow(): AckWindow {
  /** Every delivery up to here is acknowledged. */
  let floor = 0;
  /** Those above the floor that were acknowledged one by one. */
  const scattered = new Set<number>();

  return {
    settle(tags) {
      const fresh = new Set(tags);
      let top = 0;
      let next = floor + 1;
      for (; fresh.has(next) || scattered.has(next); next++) {
        if (!scattered.delete(next)) {
          fresh.delete(next);
          top = next;
        }
      }
      floor = next - 1;
      const acknowledgements: Acknowledgement[] = top === 0 ? [] : [{ tag: top, multiple: true }];
      for (const tag of [...fresh].sort((a, b) => a - b)) {
        scattered.add(tag);
        acknowledgements.push({ tag, multiple: false });
      }
      return acknowledgements;
    },
  };
}
