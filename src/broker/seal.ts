/**
 * The signature of what processes tell each other through RabbitMQ: 32 bytes of HMAC-SHA-256 before the body. Guarantees
 * that what `open` returns was sealed by a process that has one of the keys, for the same exchange. It does not tell a
 * first delivery from a repeated one. Either takes 3 µs for a kilobyte, and 60 to 80 for 100 kilobytes (the fastest of 200
 * runs on a busy machine, AMD EPYC, Node 20).
 */

import { createHmac, timingSafeEqual } from 'node:crypto';

export interface Seal {
  /** Undefined while there is no key. */
  seal(body: string): Buffer | undefined;
  /** The body, or undefined if none of the keys signed it. */
  open(sealed: Buffer): Buffer | undefined;
}

const MAC_BYTES = 32;

/** `keys` gives those of the moment: the first signs, all are accepted. `exchange` is part of what is signed. */
export function createSeal(exchange: string, keys: () => readonly Uint8Array[]): Seal {
  const macOf = (key: Uint8Array, body: Uint8Array) =>
    createHmac('sha256', key).update(`${exchange}\n`).update(body).digest();
  return {
    seal(text) {
      const [key] = keys();
      if (key === undefined) return undefined;
      const body = Buffer.from(text);
      return Buffer.concat([macOf(key, body), body]);
    },
    open(sealed) {
      if (sealed.length < MAC_BYTES) return undefined;
      const mac = sealed.subarray(0, MAC_BYTES);
      const body = sealed.subarray(MAC_BYTES);
      return keys().some((key) => timingSafeEqual(macOf(key, body), mac)) ? body : undefined;
    },
  };
}
