/**
 * A span for each delivery, and one for each append of a batch. A batch is appended for many traces: its span is a child of
 * the first of its deliveries that is recorded, and has a link to each of the others.
 */

import {
  type Context,
  type Link,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { QueueDelivery } from '../broker/queue-delivery.ts';
import type { AppendSpan, DeliverySpan, WorkerSpans } from '../worker/spans.ts';
import { contextOfHeaders, textOf } from './carrier.ts';

/** What of a delivery's span only this file uses. */
class RecordedDelivery implements DeliverySpan {
  readonly context: string;
  readonly parent: Context;
  readonly span: Span;

  constructor(span: Span, from: Context) {
    this.span = span;
    this.context = textOf(span.spanContext());
    this.parent = trace.setSpan(from, span);
  }

  logged({ shopId, seq, eventId }: Parameters<DeliverySpan['logged']>[0], outcome: string): void {
    this.span.setAttributes({
      'messaging.message.id': eventId,
      'orderbell.shop.id': shopId,
      'orderbell.seq': seq,
      'orderbell.outcome': outcome,
    });
    this.span.end();
  }

  refused(reason: string): void {
    this.span.setAttribute('error.type', reason);
    this.span.setStatus({ code: SpanStatusCode.ERROR });
    this.span.end();
  }
}

export function createWorkerSpans(tracer: Tracer, queue: string): WorkerSpans<QueueDelivery> {
  const name = `process ${queue}`;
  return {
    begin({ raw, headers }) {
      const from = contextOfHeaders(headers.traceparent, headers.tracestate);
      const attributes = {
        'messaging.system': 'rabbitmq',
        'messaging.operation.name': 'process',
        'messaging.operation.type': 'process',
        'messaging.destination.name': queue,
        'messaging.rabbitmq.destination.routing_key': raw.routingKey.slice(0, 255),
        'messaging.message.body.size': raw.body.byteLength,
      };
      const span = tracer.startSpan(name, { kind: SpanKind.CONSUMER, attributes }, from);
      return span.isRecording() ? new RecordedDelivery(span, from) : undefined;
    },
    beginAppend(items) {
      const [first, ...others] = items.flatMap(({ span }) =>
        span instanceof RecordedDelivery ? [span] : [],
      );
      if (first === undefined) return undefined;
      const links = others.map<Link>(({ span }) => ({ context: span.spanContext() }));
      return appendSpan(
        tracer.startSpan(
          'append_notifications',
          { kind: SpanKind.CLIENT, links, attributes: appendAttributes(items.length) },
          first.parent,
        ),
      );
    },
  };
}

function appendAttributes(events: number) {
  return {
    'db.system.name': 'postgresql',
    'db.stored_procedure.name': 'append_notifications',
    // The conventions have it for a batch of two or more.
    ...(events > 1 ? { 'db.operation.batch.size': events } : {}),
  };
}

function appendSpan(span: Span): AppendSpan {
  return {
    end(failure) {
      if (failure !== undefined) {
        span.setAttribute('error.type', failure);
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
      span.end();
    },
  };
}
