/** Plain HTTP requests: the path goes out as it is written, and no connection outlives its request. */

import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  /** The body as it came. */
  bytes: Buffer;
  text: string;
  /** The envelope; `undefined` where the body is none. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into an answer as they please
  body: any;
}

export interface AskOptions {
  method?: string;
  headers?: Record<string, string>;
  /** Sent as it is if it is a string or bytes, else as JSON. */
  body?: unknown;
  /** Sends the body in chunks, without a Content-Length. */
  chunked?: boolean;
  agent?: Agent;
}

export async function ask(url: string, path: string, options: AskOptions = {}): Promise<Answer> {
  const { hostname, port } = new URL(url);
  const { method = 'GET', headers = {}, body, chunked = false, agent = new Agent() } = options;
  const bytes =
    body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const length = bytes === undefined || chunked ? {} : { 'content-length': String(Buffer.byteLength(bytes)) };
  const outgoing = request({ hostname, port, path, method, headers: { ...length, ...headers }, agent });
  const incoming = new Promise<Answer>((resolve, reject) => {
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      buffer(response)
        .then((bytes) => {
          const { statusCode: status = 0, headers } = response;
          const text = bytes.toString();
          const isEnvelope = text !== '' && headers['content-type']?.startsWith('application/json');
          resolve({ status, headers, bytes, text, body: isEnvelope ? JSON.parse(text) : undefined });
        })
        .catch(reject);
    });
  });
  if (bytes !== undefined && chunked) {
    for (let from = 0; from < bytes.length; from += 16_384) outgoing.write(bytes.slice(from, from + 16_384));
  } else if (bytes !== undefined) outgoing.write(bytes);
  outgoing.end();
  return incoming;
}

/** POST with a JSON body. */
export function post(url: string, path: string, body?: unknown, options: AskOptions = {}): Promise<Answer> {
  return ask(url, path, { ...options, method: 'POST', ...(body === undefined ? {} : { body }) });
}
