/** Reading a request's body. Never keeps more of it, nor for longer, than the limits allow. */

import type { HttpResponse } from 'uWebSockets.js';

/** The body as it came: a signature is over these bytes. */
export type RawBody =
  | { ok: true; bytes: Uint8Array }
  | { ok: false; reason: 'body-too-large' | 'body-too-slow' };

export interface BodyLimits {
  maxBytes: number;
  /** From the end of the headers to the end of the body. */
  seconds: number;
}

/**
 * Resolves with the body, or with the limit that it broke. Rejects when `gone` aborts: the client has left. To be called
 * before the first await: uWebSockets.js drops the chunks that come before.
 */
export function readBody(res: HttpResponse, limits: BodyLimits, gone: AbortSignal): Promise<RawBody> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let over = false;
    const settle = (body: RawBody) => {
      over = true;
      clearTimeout(deadline);
      chunks.length = 0;
      resolve(body);
    };
    const giveUp = () => settle({ ok: false, reason: 'body-too-slow' });
    const deadline = setTimeout(giveUp, limits.seconds * 1000).unref();
    const onGone = () => {
      clearTimeout(deadline);
      reject(gone.reason);
    };
    gone.addEventListener('abort', onGone, { once: true });
    res.onData((chunk, isLast) => {
      if (over) return;
      bytes += chunk.byteLength;
      if (bytes > limits.maxBytes) return settle({ ok: false, reason: 'body-too-large' });
      chunks.push(Buffer.from(chunk.slice(0))); // the memory is only lent
      if (isLast) settle({ ok: true, bytes: Buffer.concat(chunks) });
    });
  });
}

export function parseJson(bytes: Uint8Array): { ok: true; value: unknown } | { ok: false } {
  try {
    return { ok: true, value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) };
  } catch {
    return { ok: false };
  }
}
