/** What a route declares, and what its handler is given: values only. A handler returns its reply. */

import type { Grant, Scope } from '../domain/access.ts';
import type { TraceContext } from '../domain/trace-context.ts';
import type { Reply } from './reply.ts';

/** Copied from the request: uWebSockets.js takes that back at the first await. */
export interface Incoming {
  /** The path's parameters in their order, decoded. */
  params: string[];
  query: URLSearchParams;
  /** The parsed body of a route that takes JSON. */
  body: unknown;
  /** The body byte by byte; empty where the route takes none. */
  rawBody: Uint8Array;
  /** A browser loads the page ahead, and may never show it. */
  isPrefetch: boolean;
  /** The values of the headers that the route reads; empty where the request has none. */
  headers: Readonly<Record<string, string>>;
  /** As the limits count the caller. */
  address: string;
  /** What the caller may do; on a route that is open, nothing. */
  grant: Grant;
  /** The request's trace, for what it records; undefined where none is kept. */
  trace?: TraceContext | undefined;
}

export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** As uWebSockets.js has it: `/orders/:id`. */
  pattern: string;
  /** One of these is enough. A route that asks for none is open. */
  scope?: Scope | readonly Scope[];
  /** A GET that changes something cannot be asked by HEAD. */
  unsafe?: boolean;
  /** `bytes` is not parsed: the handler gets it as `rawBody`. */
  takesBody?: 'json' | 'bytes';
  /** In lower case. */
  readsHeaders?: readonly string[];
  handle(incoming: Incoming): Reply | Promise<Reply>;
}

/** What it takes to serve a route. */
export type ServedRoute = Omit<Route, 'method' | 'unsafe'>;
