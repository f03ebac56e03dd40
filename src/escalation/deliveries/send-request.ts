/**
 * One POST to an address of others. Guarantees an end within the time given, whatever the receiver does: accepts and never
 * answers, or sends byte by byte. Follows no redirect, keeps nothing of the answer but its status and `Retry-After`, and
 * connects to no address that the guard refuses.
 *
 * Of Node's own client: a request has its own connection, so that each attempt resolves and judges its address anew and
 * meets no connection that the receiver is about to close. undici would add pools, which would have to be kept from that.
 */

import { request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { AppError } from '../../platform/errors.ts';
import { isPublicAddress } from '../../platform/public-address.ts';

/** What more the receiver sends is cut off. */
const MAX_ANSWER_BYTES = 65_536;
const MAX_HEADER_BYTES = 16_384;

export interface PostRequest {
  url: string;
  headers: Record<string, string | number>;
  body: string | Uint8Array;
  /** Of everything: resolving, connecting, TLS, headers, body. */
  deadlineMs: number;
  /** Undefined connects to any address. */
  lookup: LookupFunction | undefined;
  /** Aborting ends it with `stopped`. */
  signal: AbortSignal;
}

export type Posted =
  | { outcome: 'answered'; status: number; retryAfter: string | undefined }
  /** `why` is a code such as `timeout`, `address-refused`, `stopped`, `ECONNRESET`: never a text of the receiver's. */
  | { outcome: 'failed'; why: string };

/** Never rejects. A status that has arrived counts, however the rest of the answer ends. */
export function post(asked: PostRequest): Promise<Posted> {
  const url = new URL(asked.url);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (asked.lookup !== undefined && isIP(host) !== 0 && !isPublicAddress(host)) {
    return Promise.resolve({ outcome: 'failed', why: 'address-refused' });
  }
  return new Promise((resolve) => {
    const send = url.protocol === 'https:' ? requestTls : requestPlain;
    const request = send(url, {
      method: 'POST',
      headers: asked.headers,
      agent: false,
      maxHeaderSize: MAX_HEADER_BYTES,
      ...(asked.lookup === undefined ? {} : { lookup: asked.lookup }),
    });
    let ended: Posted | undefined;
    const end = (posted: Posted) => {
      ended ??= posted;
      clearTimeout(deadline);
      asked.signal.removeEventListener('abort', onAbort);
      request.destroy();
      resolve(ended);
    };
    const deadline = setTimeout(() => end({ outcome: 'failed', why: 'timeout' }), asked.deadlineMs);
    const onAbort = () => end({ outcome: 'failed', why: 'stopped' });
    asked.signal.addEventListener('abort', onAbort, { once: true });
    if (asked.signal.aborted) onAbort();
    request.on('error', (error) => end({ outcome: 'failed', why: codeOf(error) }));
    request.on('close', () => end({ outcome: 'failed', why: 'closed' }));
    request.on('response', (response) => {
      const { statusCode: status = 0, headers } = response;
      ended = { outcome: 'answered', status, retryAfter: headers['retry-after'] };
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MAX_ANSWER_BYTES) end({ outcome: 'failed', why: 'too-large' });
      });
      response.on('close', () => end({ outcome: 'failed', why: 'closed' }));
      response.on('error', () => {}); // it closes as well
    });
    request.end(asked.body);
  });
}

function codeOf(error: Error): string {
  if (error instanceof AppError) return error.code;
  // Of several addresses none could be reached: the first says why.
  const first = error instanceof AggregateError ? error.errors[0] : error;
  const code: unknown = first instanceof Error && 'code' in first ? first.code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]{1,60}$/.test(code) ? code : 'unreachable';
}
