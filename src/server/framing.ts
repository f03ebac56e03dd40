/**
 * Where a request ends. Pure. Guarantees that no request is served on whose end two readers could disagree: a proxy that
 * counts otherwise than we do would let one client put the start of a request before another's (RFC 9112, 11.2).
 * uWebSockets.js refuses `Content-Length` beside `Transfer-Encoding` and lengths that are no numbers. But of two lengths
 * it takes the first, and any `Transfer-Encoding` for `chunked`: that is refused here.
 */

import type { HeaderList } from './header-values.ts';

/**
 * In words what is wrong with the headers; undefined if nothing is. An upgrade announces no body: what follows it is
 * frames to us, and would be a body to a proxy.
 */
export function framingFault(headers: HeaderList, isUpgrade = false): string | undefined {
  const counts = { host: 0, 'content-length': 0, 'transfer-encoding': 0 };
  let fault: string | undefined;
  let length = 0;
  headers.forEach((name, value) => {
    if (name !== 'host' && name !== 'content-length' && name !== 'transfer-encoding') return;
    counts[name]++;
    if (name === 'content-length') length = Number(value);
    if (name === 'content-length' && !/^[0-9]+$/.test(value)) fault = 'Content-Length must be a number';
    if (name === 'transfer-encoding' && value.toLowerCase() !== 'chunked') {
      fault = 'Transfer-Encoding may only be chunked';
    }
  });
  const announcesBody = length !== 0 || counts['transfer-encoding'] > 0;
  if (isUpgrade && announcesBody) fault ??= 'an upgrade has no body';
  if (counts.host > 1) fault = 'there may be one Host';
  if (counts['content-length'] + counts['transfer-encoding'] > 1) {
    fault = 'the length of the body may be said once';
  }
  return fault;
}
