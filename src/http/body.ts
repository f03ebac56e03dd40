/** Reading a request's body. Guarantees that no more of it is ever kept, nor for longer, than the limits say. */

import type { HttpResponse } from 'uWebSockets.js';

export type BodyFault = 'not-json' | 'body-too-large' | 'body-too-slow';

/** `bytes` is what came, which a signature is over; a body that did not come whole was not kept. */
export type Body =
  | { ok: true; value: unknown; bytes: Uint8Array }
  | { ok: false; reason: 'not-json'; bytes: Uint8Array }
  | { ok: false; reason: 'body-too-large' | 'body-too-slow'; bytes?: undefined };

export interface BodyLimits {
  maxBytes: number;
  /** From the end of the headers to the end of the body. */
  seconds: number;
}

/**
 * Resolves with the parsed JSON, or why there is none. Rejects when `gone` aborts: the client has left. Has to be called
 * before the first await: what comes before anybody listens is lost.
 */
export function readJson(res: HttpResponse, limits: BodyLimits, gone: AbortSignal): Promise<Body> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let over = false;
    const settle = (body: Body) => {
      over = true;
      clearTimeout(deadline);
      chunks.length = 0;
      resolve(body);
    };
    const giveUp = () => settle({ ok: false, reason: 'body-too-slow' });
    const deadline = setTimeout(giveUp, limits.seconds * 1000).unref();
    const leave = () => {
      clearTimeout(deadline);
      reject(gone.reason);
    };
    gone.addEventListener('abort', leave, { once: true });
    res.onData((chunk, isLast) => {
      if (over) return;
      bytes += chunk.byteLength;
      if (bytes > limits.maxBytes) return settle({ ok: false, reason: 'body-too-large' });
      chunks.push(Buffer.from(chunk.slice(0))); // the memory is only lent
      if (isLast) settle(parse(Buffer.concat(chunks)));
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
