/** A span for each publish of the relay, from the request that recorded the event, by the conventions for messaging. */

import { SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import { AppError } from '../platform/errors.ts';
import { contextOf, headersOf, textOf } from './carrier.ts';
import type { SendTraced } from './tracing.ts';

/** The span ends with the broker's confirm. */
export function createSendTraced(tracer: Tracer): SendTraced {
  return async (exchange, { routingKey, eventId, body, trace }, send) => {
    const span = tracer.startSpan(
      `send ${exchange}`,
      {
        kind: SpanKind.PRODUCER,
        attributes: {
          'messaging.system': 'rabbitmq',
          'messaging.operation.name': 'send',
          'messaging.operation.type': 'send',
          'messaging.destination.name': exchange,
          'messaging.rabbitmq.destination.routing_key': routingKey,
          'messaging.message.id': eventId,
          'messaging.message.body.size': Buffer.byteLength(body),
        },
      },
      contextOf(trace),
    );
    try {
      await send(headersOf(textOf(span.spanContext())));
    } catch (error) {
      span.setAttribute('error.type', error instanceof AppError ? error.code : 'unknown');
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  };
}
