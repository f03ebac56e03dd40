/** What tracing is set up by, and what the stages get of it. Types only. */

import type { QueueDelivery } from '../broker/queue-delivery.ts';
import type { TraceContext } from '../domain/trace-context.ts';
import type { GatewaySpans } from '../gateway/spans.ts';
import type { HttpSpans } from '../http/spans.ts';
import type { WorkerSpans } from '../worker/spans.ts';

export interface TracingSettings {
  readonly endpoint: string;
  readonly tracesEndpoint: string;
  readonly disabled: boolean;
  readonly headers: readonly string[];
  readonly serviceName: string;
  readonly resource: readonly string[];
  readonly sampler: string;
  readonly samplerRatio: number;
}

/** What the packages are told of this process. */
export interface TracedProcess {
  version: string;
  roles: readonly string[];
  /** Of this start of it. */
  instanceId: string;
  /** Of its server: `http` or `https`. */
  scheme: string;
  /** Of the queue of the worker. */
  names: { readonly notifications: string };
}

export interface Tracing {
  http: HttpSpans;
  send: SendTraced;
  worker: WorkerSpans<QueueDelivery>;
  gateway: GatewaySpans;
  /** Sends what is recorded, as far as it can be sent in this time. Never rejects. */
  stop(withinMs: number): Promise<void>;
}

export interface TracedMessage {
  routingKey: string;
  eventId: string;
  body: string;
  trace: TraceContext | null;
}

/** Sends a message with the headers of its trace. Settles as `send` does. */
export type SendTraced = (
  exchange: string,
  message: TracedMessage,
  send: (headers: Readonly<Record<string, string>>) => Promise<void>,
) => Promise<void>;
