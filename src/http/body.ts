/** Reading a request's body. Guarantees that no more than `maxBytes` of it are ever kept. */

import type { HttpResponse } from 'uWebSockets.js';

/** `bytes` is what came, which a signature is over; a body that is too large was not kept. */
export type Body =
  | { ok: true; value: unknown; bytes: Uint8Array }
  | { ok: false; reason: 'not-json'; bytes: Uint8Array }
  | { ok: false; reason: 'body-too-large'; bytes?: undefined };

/**
 * Resolves with the parsed JSON, or why there is none. Rejects when `gone` aborts: the client has left. Has to be called
 * before the first await: what comes before anybody listens is lost.
 */
export function readJson(res: HttpResponse, maxBytes: number, gone: AbortSignal): Promise<Body> {
  return new Promise((resolve, reject) => {
    gone.addEventListener('abort', () => reject(gone.reason), { once: true });
    const chunks: Buffer[] = [];
    let bytes = 0;
    res.onData((chunk, isLast) => {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) {
        chunks.length = 0;
        resolve({ ok: false, reason: 'body-too-large' });
        return;
      }
      chunks.push(Buffer.from(chunk.slice(0))); // the memory is only lent
      if (isLast) resolve(parse(Buffer.concat(chunks)));
    });
  });
}

function parse(bytes: Buffer): Body {
  try {
    return { ok: true, value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)), bytes };
  } catch {
    return { ok: false, reason: 'not-json', bytes };
  }
}
