/** A receiver of webhooks that behaves as a test has it, and keeps what it got. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedCall {
  path: string;
  headers: Record<string, string>;
  body: string;
}

type Behaviour = (request: IncomingMessage, response: ServerResponse) => void;

export interface WebhookReceiver {
  url: string;
  port: number;
  calls: ReceivedCall[];
  /** How it answers from now on: a status, or whatever it does. */
  answer(behaviour: number | Behaviour): void;
  close(): Promise<void>;
}

/** Answers 204 at first. A call is kept when its body has come. */
export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const calls: ReceivedCall[] = [];
  let behave: Behaviour = answerWith(204);
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    calls.push({ path: request.url ?? '', headers: headersOf(request), body });
    behave(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    port,
    calls,
    answer(behaviour) {
      behave = typeof behaviour === 'number' ? answerWith(behaviour) : behaviour;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function answerWith(status: number): Behaviour {
  return (_, response) => response.writeHead(status).end();
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
