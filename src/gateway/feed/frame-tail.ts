/**
 * The last v1 frames of a contiguous sequence, for clients that resume from not long ago. What `after` returns is complete: every
 * frame above the number asked for, in order. Otherwise it returns undefined.
 *
 * The frames are bytes outside of the heap, in few blocks. As objects they were what the garbage collector had to copy and to mark,
 * and alerts waited for it.
 */

/** A v1 frame, and its `seq` or `n`. */
export interface NumberedFrame {
  readonly number: number;
  readonly frame: string;
}

/** So many frames come and go together. */
const BLOCK_FRAMES = 64;

/** One frame, since many shops have few. */
const FIRST_BYTES = 256;

/** Keeps at least `length`, and at most a block more. */
export class FrameTail {
  readonly #length: number;
  readonly #blockFrames: number;
  /** All but the last are full. */
  #blocks: Block[] = [];
  #next = 1;

  constructor(length: number) {
    this.#length = length;
    this.#blockFrames = Math.min(BLOCK_FRAMES, length);
  }

  /** The lowest number that is kept, or else the next one. */
  get first(): number {
    return this.#blocks[0]?.first ?? this.#next;
  }

  /** Takes the frame that follows. */
  push(frame: string): void {
    let last = this.#blocks.at(-1);
    if (last === undefined || last.count === this.#blockFrames) {
      last = new Block(this.#next);
      this.#blocks.push(last);
    }
    last.set(last.count, frame);
    this.#next++;
    if (this.#next - this.first - this.#blockFrames >= this.#length) this.#blocks.shift();
  }

  /** Forgets all; the next frame will have the number `next`. */
  restart(next: number): void {
    this.#next = next;
    this.#blocks = [];
  }

  /** All frames above `number`, or undefined where some of them are no longer, or not yet, here. To be read in the same turn. */
  after(number: number): NumberedFrame[] | undefined {
    if (number < this.first - 1 || number >= this.#next) return undefined;
    return Array.from({ length: this.#next - 1 - number }, (_, index) => {
      return new TailedFrame(this, number + 1 + index);
    });
  }

  /** The frame with this number, if it is here. */
  at(number: number): string | undefined {
    const { block, index } = this.#placeOf(number);
    return block?.at(index);
  }

  /** Takes another frame in the place of the one with this number, if that is here. */
  replace(number: number, frame: string): void {
    const { block, index } = this.#placeOf(number);
    if (block !== undefined && index < block.count) block.set(index, frame);
  }

  #placeOf(number: number): { block: Block | undefined; index: number } {
    const place = number - this.first;
    const block = place < 0 ? undefined : this.#blocks[Math.floor(place / this.#blockFrames)];
    return { block, index: place % this.#blockFrames };
  }
}

/** Reads its frame only when it is asked for: a slow client takes few at a time. */
class TailedFrame implements NumberedFrame {
  readonly #tail: FrameTail;
  readonly number: number;

  constructor(tail: FrameTail, number: number) {
    this.#tail = tail;
    this.number = number;
  }

  get frame(): string {
    return this.#tail.at(this.number) ?? '';
  }
}

class Block {
  /** The number of its first frame. */
  readonly first: number;
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #used = 0;
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  constructor(first: number) {
    this.first = first;
  }

  get count(): number {
    return this.#starts.length;
  }

  at(index: number): string | undefined {
    const start = this.#starts[index];
    return start === undefined ? undefined : this.#bytes.toString('utf8', start, this.#ends[index]);
  }

  set(index: number, frame: string): void {
    this.#reserve(Buffer.byteLength(frame));
    this.#starts[index] = this.#used;
    this.#used += this.#bytes.write(frame, this.#used);
    this.#ends[index] = this.#used;
  }

  #reserve(bytes: number): void {
    const needed = this.#used + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(larger, 0, 0, this.#used);
    this.#bytes = larger;
  }
}
