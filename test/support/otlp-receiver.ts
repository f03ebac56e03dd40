/** A receiver of spans (OTLP/HTTP with JSON) that keeps what it gets, or that hangs. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface ReceivedSpan {
  name: string;
  /** 2 server, 3 client, 4 producer, 5 consumer. */
  kind: number;
  traceId: string;
  spanId: string;
  parentSpanId: string;
  traceState: string;
  links: readonly { traceId: string; spanId: string }[];
  attributes: Readonly<Record<string, unknown>>;
  /** Of the process. */
  resource: Readonly<Record<string, unknown>>;
  isError: boolean;
}

export interface OtlpReceiver {
  url: string;
  spans: ReceivedSpan[];
  /** The headers of each request. */
  requests: Record<string, unknown>[];
  /** From now on no request is answered. */
  hang(): void;
  close(): Promise<void>;
}

type Pairs = readonly { key: string; value: Record<string, unknown> }[];

interface Exported {
  resourceSpans: {
    resource: { attributes: Pairs };
    scopeSpans: {
      spans: (Omit<ReceivedSpan, 'attributes' | 'resource' | 'isError'> & {
        attributes: Pairs;
        status: { code: number };
      })[];
    }[];
  }[];
}

const STATUS_ERROR = 2;

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const requests: Record<string, unknown>[] = [];
  let hangs = false;
  const server = createServer(async (request, response) => {
    requests.push({ url: request.url, ...request.headers });
    if (hangs) return;
    const exported = (await json(request)) as Exported;
    spans.push(...spansIn(exported));
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    requests,
    hang() {
      hangs = true;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function spansIn({ resourceSpans }: Exported): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ attributes, status, ...span }) => ({
        ...span,
        parentSpanId: span.parentSpanId ?? '',
        traceState: span.traceState ?? '',
        links: span.links ?? [],
        attributes: valuesOf(attributes),
        resource: valuesOf(resource.attributes),
        isError: status.code === STATUS_ERROR,
      })),
    ),
  );
}

function valuesOf(pairs: Pairs): Record<string, unknown> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, Object.values(value)[0]]));
}
