/** A span for each request, by the conventions for HTTP servers. */

import { type Span, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import type { HttpSpans, RequestSpan } from '../http/spans.ts';
import { contextOfHeaders, textOf } from './carrier.ts';

/** Asked every few seconds by what watches the process: a trace of each would bury the others. */
const WATCHED = ['/healthz', '/readyz', '/metrics'];

/** The names that semantic conventions allow: any other would make as many names as a caller likes. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'];

export function createHttpSpans(tracer: Tracer, scheme: string): HttpSpans {
  return {
    begin(method, route, request) {
      if (WATCHED.includes(route)) return undefined;
      const known = METHODS.includes(method) ? method : '_OTHER';
      const span = tracer.startSpan(
        `${known === '_OTHER' ? 'HTTP' : known}${route === '' ? '' : ` ${route}`}`,
        {
          kind: SpanKind.SERVER,
          attributes: {
            'http.request.method': known,
            ...(route === '' ? {} : { 'http.route': route }),
            // Without the query, which may hold a token.
            'url.path': request.getUrl(),
            'url.scheme': scheme,
          },
        },
        contextOfHeaders(request.getHeader('traceparent'), request.getHeader('tracestate')),
      );
      return requestSpan(span);
    },
  };
}

function requestSpan(span: Span): RequestSpan {
  return {
    context: textOf(span.spanContext()),
    end(status) {
      if (status === undefined) span.setAttribute('error.type', 'client_gone');
      else {
        span.setAttribute('http.response.status_code', status);
        if (status >= 500) {
          span.setAttribute('error.type', String(status));
          span.setStatus({ code: SpanStatusCode.ERROR });
        }
      }
      span.end();
    },
  };
}
