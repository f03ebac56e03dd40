/**
 * Answers: the envelope that existing front ends read (`code`, `msg`) and the status and `reason` that everything else
 * reads; and content of another type, as it is. The only place that knows which reason has which status.
 */

import type { HttpResponse } from 'uWebSockets.js';
import { STATUS_CODES } from 'node:http';

export const STATUS_OF = {
  'not-json': 400,
  unauthenticated: 401,
  'till-removed': 401,
  forbidden: 403,
  'order-not-found': 404,
  'route-not-found': 404,
  'subscription-not-found': 404,
  'code-unknown': 404,
  'till-not-found': 404,
  'method-not-allowed': 405,
  'body-too-slow': 408,
  'order-not-waiting': 409,
  'order-cancelled': 409,
  'order-not-awaiting-payment': 409,
  'amount-differs': 409,
  'number-ambiguous': 409,
  'number-taken': 409,
  'sid-taken': 409,
  'too-many-subscriptions': 409,
  'code-ended': 410,
  'body-too-large': 413,
  misdirected: 421,
  invalid: 422,
  'upgrade-required': 426,
  'reminder-too-soon': 429,
  'too-many-requests': 429,
  internal: 500,
  unavailable: 503,
} as const;

export type ReplyReason = keyof typeof STATUS_OF;

export interface Reply {
  status: number;
  headers: Record<string, string>;
  /** The envelope as text, or bytes of another type. */
  body: string | Uint8Array;
  /** Else that of the envelope. */
  contentType?: string;
}

/** What the client has already is still what there is (RFC 9110 section 15.4.5). */
export const NOT_MODIFIED = 304;
const NO_CONTENT = 204;

export function content(
  contentType: string,
  body: Reply['body'],
  headers: Record<string, string> = {},
): Reply {
  return { status: 200, headers, body, contentType };
}

export function success(data: unknown, status = 200, headers: Record<string, string> = {}): Reply {
  return { status, headers, body: JSON.stringify({ code: 1, msg: null, data }) };
}

/** `msg` is for people: in Chinese where an existing front end shows it. */
export function refusal(
  reason: ReplyReason,
  msg: string,
  headers: Record<string, string> = {},
  data: unknown = null,
): Reply {
  return { status: STATUS_OF[reason], headers, body: JSON.stringify({ code: 0, msg, reason, data }) };
}

/**
 * With every answer, unless it has its own. An answer is never a page, is kept by no cache, and is shown in no frame,
 * whatever type a browser takes it for.
 */
const USUAL_HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

export interface SendOptions {
  /** With every answer of this server besides the usual ones. */
  serverHeaders?: Readonly<Record<string, string>>;
  /** The answer to a HEAD request: the headers alone. */
  withoutBody?: boolean;
  closeConnection?: boolean;
}

/** Writes the answer in one piece. The response must not have been aborted. */
export function send(res: HttpResponse, reply: Reply, options: SendOptions = {}): void {
  const { serverHeaders = {}, withoutBody = false, closeConnection = false } = options;
  const headers = { ...USUAL_HEADERS, ...serverHeaders, ...reply.headers };
  res.cork(() => {
    res.writeStatus(`${reply.status} ${STATUS_CODES[reply.status] ?? ''}`);
    const bodyless = reply.status === NOT_MODIFIED || reply.status === NO_CONTENT;
    if (!bodyless) res.writeHeader('Content-Type', reply.contentType ?? 'application/json; charset=utf-8');
    for (const [name, value] of Object.entries(headers)) res.writeHeader(name, value);
    if (closeConnection) res.writeHeader('Connection', 'close');
    if (bodyless) res.endWithoutBody();
    else if (withoutBody) {
      // Given the length as its argument, uWebSockets.js takes the response for unfinished: the connection's next
      // request breaks it off, and where no abort handler is attached the whole process ends.
      res.writeHeader('Content-Length', String(Buffer.byteLength(reply.body)));
      res.endWithoutBody();
    } else res.end(reply.body, closeConnection);
  });
}
