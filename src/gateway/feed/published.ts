/**
 * What a feed has published, by event id, so that no event rings twice for plain clients where the log becomes another one.
 * Every id published since `forgottenAt` is known. Bounded: the last `length` ids, at times twice as many.
 */

export interface Published {
  /** Takes what was published at this place of the log that is followed, at a time of the caller's clock. */
  add(seq: number, eventId: string, now: number): void;
  has(eventId: string): boolean;
  /** The place of the oldest that is known in the log that is followed; undefined where none is. */
  readonly first: number | undefined;
  /** The id at this place of the log that is followed, if it is known. */
  at(seq: number): string | undefined;
  /** Another log is followed from now on, which is the same up to `head`. The ids stay known. */
  moveTo(head: number): void;
  /** When the youngest was published that is not known any more, or else when the feed was made. */
  readonly forgottenAt: number;
}

export function createPublished(length: number, madeAt: number): Published {
  let first = 1;
  /** In the order of their places. */
  let places: string[] = [];
  /** When each was published, oldest first. */
  let times = new Map<string, number>();
  let forgottenAt = madeAt;

  function forget(): void {
    const entries = [...times];
    forgottenAt = entries.at(-length - 1)?.[1] ?? forgottenAt;
    times = new Map(entries.slice(-length));
  }

  return {
    add(seq, eventId, now) {
      if (seq !== first + places.length) {
        first = seq;
        places = [];
      }
      places.push(eventId);
      if (places.length >= length * 2) {
        first += places.length - length;
        places = places.slice(-length);
      }
      times.delete(eventId);
      times.set(eventId, now);
      if (times.size >= length * 2) forget();
    },
    has: (eventId) => times.has(eventId),
    get first() {
      return places.length === 0 ? undefined : first;
    },
    at: (seq) => places[seq - first],
    moveTo(head) {
      places = places.slice(0, Math.max(0, head + 1 - first));
    },
    get forgottenAt() {
      return forgottenAt;
    },
  };
}
