/**
 * The memory that bodies in hand keep alive. Guarantees that each buffer counts once and whole, for as long as any body in
 * it is in hand: amqplib copies no body out of what it read from the socket, so that a small one keeps all around it.
 */

export interface HeldBytes {
  total(): number;
  /** By how much the total would grow. */
  costOf(body: Uint8Array): number;
  add(body: Uint8Array): void;
  remove(body: Uint8Array): void;
}

export function createHeldBytes(): HeldBytes {
  const bodies = new Map<ArrayBufferLike, number>();
  let total = 0;
  return {
    total: () => total,
    costOf: ({ buffer }) => (bodies.has(buffer) ? 0 : buffer.byteLength),
    add({ buffer }) {
      const count = bodies.get(buffer) ?? 0;
      if (count === 0) total += buffer.byteLength;
      bodies.set(buffer, count + 1);
    },
    remove({ buffer }) {
      const count = bodies.get(buffer) ?? 0;
      if (count > 1) bodies.set(buffer, count - 1);
      else if (bodies.delete(buffer)) total -= buffer.byteLength;
    },
  };
}
