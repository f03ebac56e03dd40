/** One try to listen: how it is answered, and with what. */

import { WebSocket } from 'ws';
import { bearer, V1 } from './socket-client.ts';

export interface Attempt {
  query?: string;
  protocols?: readonly string[];
  headers?: Record<string, string>;
  /** Goes into the header `Authorization`. */
  token?: string;
}

export interface Outcome {
  /** 101 where it was let in. */
  status: number;
  body: string;
  headers: Record<string, unknown>;
  /** What the service picked; where it was let in, the first frame has come too, of v1. */
  protocol: string;
  ready?: { shop: string };
}

/** Tries to listen as a v1 client, unless told otherwise, and leaves again. */
export function attempt(
  url: string,
  { query = '', protocols = [V1], token, headers = bearer(token) }: Attempt = {},
): Promise<Outcome> {
  const address = `${url.replace('http', 'ws')}/ws/till?${query}`;
  const socket = new WebSocket(address, [...protocols], { headers });
  return new Promise((resolve, reject) => {
    const finish = (outcome: Outcome) => {
      socket.on('close', () => resolve(outcome));
      socket.close();
    };
    const letIn = () => ({ status: 101, body: '', headers: {}, protocol: socket.protocol });
    socket.on('open', () => {
      if (socket.protocol !== V1) finish(letIn());
    });
    socket.on('message', (data) => finish({ ...letIn(), ready: JSON.parse(String(data)) }));
    socket.on('unexpected-response', (_, response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => {
        const { statusCode: status = 0, headers: answered } = response;
        resolve({ status, body: Buffer.concat(chunks).toString(), headers: answered, protocol: '' });
      });
    });
    socket.on('error', reject);
  });
}
