/** Trace contexts as they travel: in headers of a request or message, and in the text that the stages pass on. */

import { type Context, isSpanContextValid, ROOT_CONTEXT, type SpanContext, trace } from '@opentelemetry/api';
import { parseTraceParent, TraceState } from '@opentelemetry/core';
import { MAX_TRACESTATE_LENGTH, type TraceContext } from '../domain/trace-context.ts';

/** What a new span is a child of: what the headers say, else nothing. Headers may hold anything. */
export function contextOfHeaders(traceparent: unknown, tracestate: unknown): Context {
  const parent = typeof traceparent === 'string' ? parseTraceParent(traceparent) : null;
  if (parent === null) return ROOT_CONTEXT;
  const isUsable =
    typeof tracestate === 'string' && tracestate !== '' && tracestate.length <= MAX_TRACESTATE_LENGTH;
  const traceState = isUsable ? new TraceState(tracestate) : undefined;
  return trace.setSpanContext(ROOT_CONTEXT, {
    ...parent,
    isRemote: true,
    ...(traceState === undefined ? {} : { traceState }),
  });
}

/** The same of the text that the stages pass on. */
export function contextOf(text: TraceContext | null | undefined): Context {
  const { traceparent, tracestate } = headersOf(text ?? '');
  return contextOfHeaders(traceparent, tracestate);
}

/** The text for a span's context. */
export function textOf(context: SpanContext): TraceContext {
  if (!isSpanContextValid(context)) return '';
  const { traceId, spanId, traceFlags, traceState } = context;
  const state = traceState?.serialize() ?? '';
  const traceparent = `00-${traceId}-${spanId}-0${traceFlags & 1}`;
  return state === '' || state.length > MAX_TRACESTATE_LENGTH ? traceparent : `${traceparent} ${state}`;
}

export function headersOf(text: TraceContext): { traceparent: string; tracestate?: string } {
  const at = text.indexOf(' ');
  if (at < 0) return { traceparent: text };
  return { traceparent: text.slice(0, at), tracestate: text.slice(at + 1) };
}
