/** The trace that an event is part of, as the stages pass it on. Only `tracing/` looks inside. */

import { type Static, Type } from 'typebox';

/** The longest `tracestate` that is passed on: so much every system has to (W3C Trace Context, section 3.3.1.5). */
export const MAX_TRACESTATE_LENGTH = 512;

/** A W3C trace context in one text: the `traceparent`, and behind a space the `tracestate` where there is one. */
export const TraceContext = Type.String({ maxLength: 64 + MAX_TRACESTATE_LENGTH });
export type TraceContext = Static<typeof TraceContext>;
