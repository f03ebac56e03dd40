/**
 * The memory that bodies in hand keep alive. Guarantees that each buffer counts whole, for as long as any body in it is in
 * hand, and once, if its bodies come one after another: amqplib copies no body out of what it read from the socket, so that a
 * small one keeps all around it.
 *
 * No map of the buffers: one whose entries come and go leaves the garbage collector a chain of its old tables, and all that was
 * in them was copied and kept until the next whole collection.
 */

/** The buffer of one or several bodies in hand. */
export interface HeldBuffer {
  readonly buffer: ArrayBufferLike;
  bodies: number;
}

export interface HeldBytes {
  total(): number;
  /** By how much the total would grow. */
  costOf(body: Uint8Array): number;
  /** Returns what `remove` takes once the body is not in hand any more. */
  add(body: Uint8Array): HeldBuffer;
  remove(held: HeldBuffer): void;
}

export function createHeldBytes(): HeldBytes {
  let last: HeldBuffer | undefined;
  let total = 0;
  return {
    total: () => total,
    costOf: ({ buffer }) => (last?.buffer === buffer ? 0 : buffer.byteLength),
    add({ buffer }) {
      if (last?.buffer !== buffer) {
        last = { buffer, bodies: 0 };
        total += buffer.byteLength;
      }
      last.bodies++;
      return last;
    },
    remove(held) {
      held.bodies--;
      if (held.bodies > 0) return;
      total -= held.buffer.byteLength;
      if (held === last) last = undefined;
    },
  };
}
