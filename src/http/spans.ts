/** The trace of a request. */

import type { TraceContext } from '../domain/trace-context.ts';

/** What is read of a request, in the turn in which it came. */
export interface TracedRequest {
  getHeader(name: string): string;
  getUrl(): string;
}

export interface RequestSpan {
  /** For what the request records. */
  readonly context: TraceContext;
  /** Without a status the client was gone before it had its answer. */
  end(status: number | undefined): void;
}

export interface HttpSpans {
  /** `route` is the route's pattern, empty where the path has none. Undefined where the request is not traced. */
  begin(method: string, route: string, request: TracedRequest): RequestSpan | undefined;
}
