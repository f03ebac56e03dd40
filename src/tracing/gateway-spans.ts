/** A span for each notification that went to sockets of this process, as part of its delivery to the worker. */

import { SpanKind, type Tracer } from '@opentelemetry/api';
import type { GatewaySpans } from '../gateway/spans.ts';
import { SUBPROTOCOL } from '../protocol/subprotocols.ts';
import { contextOf } from './carrier.ts';

const PATH = '/ws/:sid';

export function createGatewaySpans(tracer: Tracer): GatewaySpans {
  return {
    published({ trace, shopId, seq, eventId }, startedAt, sockets) {
      const span = tracer.startSpan(
        `publish ${PATH}`,
        {
          kind: SpanKind.PRODUCER,
          startTime: startedAt,
          attributes: {
            'messaging.system': 'websocket',
            'messaging.operation.name': 'publish',
            'messaging.operation.type': 'send',
            'messaging.destination.name': PATH,
            'messaging.message.id': eventId,
            'orderbell.shop.id': shopId,
            'orderbell.seq': seq,
            'orderbell.sockets.plain': sockets.plain,
            'orderbell.sockets.v1': sockets[SUBPROTOCOL],
          },
        },
        contextOf(trace),
      );
      span.end(performance.now());
    },
  };
}
