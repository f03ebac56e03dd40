/**
 * What a feed has published, by the keys of the events, so that no event rings twice for plain clients where the log becomes another one.
 * Every key published since `forgottenAt` is known. Bounded: the last `length` keys, at times twice as many, and as many again of
 * the logs before.
 */

/** A class, since there is one for each shop: as a closure it took 1.2 kB. */
export class Published {
  readonly #length: number;
  #first = 1;
  /** In the order of their places. */
  #places: string[] = [];
  /** When each was published in the log that is followed, in their order; undefined where nothing was. */
  #times: Map<string, number> | undefined;
  /**
   * The same for the logs before, without what has come again since. Apart, so that what comes again early in another log pushes out
   * nothing that comes again late.
   */
  #earlier: Map<string, number> | undefined;
  #forgottenAt: number;

  constructor(length: number, madeAt: number) {
    this.#length = length;
    this.#forgottenAt = madeAt;
  }

  /** Takes what was published at this place of the log that is followed, at a time of the caller's clock. */
  add(seq: number, event: string, now: number): void {
    if (seq !== this.#first + this.#places.length) {
      this.#first = seq;
      this.#places = [];
    }
    this.#places.push(event);
    if (this.#places.length >= this.#length * 2) {
      this.#first += this.#places.length - this.#length;
      this.#places = this.#places.slice(-this.#length);
    }
    this.#earlier?.delete(event);
    this.#times ??= new Map();
    this.#times.delete(event);
    this.#times.set(event, now);
    if (this.#times.size >= this.#length * 2) this.#times = this.#last(this.#length, this.#times);
  }

  has(event: string): boolean {
    return this.#times?.has(event) === true || this.#earlier?.has(event) === true;
  }

  /** The place of the oldest that is known in the log that is followed; undefined where none is. */
  get first(): number | undefined {
    return this.#places.length === 0 ? undefined : this.#first;
  }

  /** The key at this place of the log that is followed, if it is known. */
  at(seq: number): string | undefined {
    return this.#places[seq - this.#first];
  }

  /**
   * Another log is followed from now on, which is the same up to `head`. The keys stay known, and those up to there count as
   * published now: that log may have stored them just before.
   */
  moveTo(head: number, now: number): void {
    this.#places = this.#places.slice(0, Math.max(0, head + 1 - this.#first));
    const earlier = new Map([...(this.#earlier ?? []), ...(this.#times ?? [])]);
    const same = this.#places.filter((event) => earlier.delete(event));
    this.#times = new Map(same.map((event) => [event, now]));
    this.#earlier = this.#last(this.#length * 2, earlier);
  }

  /** When the youngest was published that is not known any more, or else when the feed was made. */
  get forgottenAt(): number {
    return this.#forgottenAt;
  }

  /** Forgets all but so many of the last. */
  #last(count: number, times: ReadonlyMap<string, number>): Map<string, number> {
    const entries = [...times];
    for (const [, at] of entries.slice(0, -count)) this.#forgottenAt = Math.max(this.#forgottenAt, at);
    return new Map(entries.slice(-count));
  }
}
