/** Reading a request's body. Guarantees that no more than `maxBytes` of it are ever kept. */

import type { HttpResponse } from 'uWebSockets.js';

export type Body = { ok: true; value: unknown } | { ok: false; reason: 'not-json' | 'body-too-large' };

/** Resolves with the parsed JSON, or why there is none. Rejects when `gone` aborts: the client has left. */
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

function parse(body: Buffer): Body {
  try {
    return { ok: true, value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) };
  } catch {
    return { ok: false, reason: 'not-json' };
  }
}
