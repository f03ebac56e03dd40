/**
 * The edge between uWebSockets.js and the handlers. Guarantees that every request gets one answer in the envelope, also
 * those that no handler knows: an unknown path, a method that the route has not, a path that cannot be decoded, a body
 * that is no JSON, a failure inside. A handler sees values only, and returns one.
 */

import type { HttpRequest, HttpResponse, TemplatedApp } from 'uWebSockets.js';
import { messageOf } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { isUnavailable } from '../platform/postgres.ts';
import { type Body, readJson } from './body.ts';
import { type Reply, refusal, send } from './reply.ts';

/** What a handler is given: copied, since the request itself is gone after the first await. */
export interface Incoming {
  /** The path's parameters in their order, decoded. */
  params: string[];
  query: URLSearchParams;
  /** The parsed JSON of a route that takes a body. */
  body: unknown;
  /** Announced by a browser that loads the page without anybody having asked for it. */
  isPrefetch: boolean;
  /** The values of the headers that the route reads; empty where the request has none. */
  headers: Readonly<Record<string, string>>;
}

export interface Route {
  method: 'GET' | 'POST';
  /** As uWebSockets.js has it: `/orders/:id`. */
  pattern: string;
  /** A GET that changes something cannot be asked by HEAD. */
  unsafe?: boolean;
  takesBody?: boolean;
  /** In lower case. */
  readsHeaders?: readonly string[];
  handle(incoming: Incoming): Reply | Promise<Reply>;
}

/** Who is told of each answer; the route is a pattern, so that there are few of them. Must be quick and not throw. */
export interface HttpObserver {
  answered(route: string, status: number, seconds: number): void;
}

export interface RoutesOptions {
  app: TemplatedApp;
  maxBodyBytes: number;
  observe: HttpObserver;
  logger: Logger;
}

export interface Routes {
  /** From now on every request is answered with 503 and its connection closed. */
  refuseRequests(): void;
  /** Resolves when no request is being handled any more. */
  untilIdle(): Promise<void>;
}

export function registerRoutes(routes: readonly Route[], options: RoutesOptions): Routes {
  const { app, observe, logger } = options;
  let refusing = false;
  let inFlight = 0;
  let onIdle = () => {};

  async function serve(route: Route, res: HttpResponse, req: HttpRequest, isHead: boolean): Promise<void> {
    // uWebSockets.js keeps one such handler only, so whoever has to know listens to the signal.
    const gone = new AbortController();
    res.onAborted(() => gone.abort());
    const startedAt = performance.now();
    const answer = (reply: Reply, closeConnection = false) => {
      if (gone.signal.aborted) return;
      send(res, reply, { withoutBody: isHead, closeConnection });
      tell(route.method, route.pattern, reply, startedAt);
    };
    if (refusing)
      return answer(refusal('unavailable', 'the service is stopping', { 'Retry-After': '5' }), true);

    const params = readParams(route.pattern, req);
    const query = new URLSearchParams(req.getQuery());
    const isPrefetch = /prefetch/i.test(req.getHeader('sec-purpose') || req.getHeader('purpose'));
    const headers = Object.fromEntries((route.readsHeaders ?? []).map((name) => [name, req.getHeader(name)]));
    const declaredBytes = Number(req.getHeader('content-length'));
    if (params === undefined) return answer(refusal('invalid', 'the path has a malformed escape'));

    inFlight++;
    try {
      let body: unknown;
      if (route.takesBody) {
        const read: Body =
          declaredBytes > options.maxBodyBytes
            ? { ok: false, reason: 'body-too-large' }
            : await readJson(res, options.maxBodyBytes, gone.signal);
        if (!read.ok)
          return answer(bodyRefusal(read.reason, options.maxBodyBytes), read.reason !== 'not-json');
        body = read.value;
      }
      answer(await route.handle({ params, query, body, isPrefetch, headers }));
    } catch (error) {
      if (!gone.signal.aborted) answer(failure(error, route));
    } finally {
      inFlight--;
      if (inFlight === 0) onIdle();
    }
  }

  function tell(method: string, route: string, { status }: Reply, startedAt: number): void {
    const ms = performance.now() - startedAt;
    observe.answered(route, status, ms / 1000);
    logger.debug({ method, route, status, ms: Math.round(ms * 10) / 10 }, 'answered');
  }

  /** Answers at once: nobody has to look after the request. */
  function refuse(pattern: string, res: HttpResponse, req: HttpRequest, reply: Reply): void {
    const startedAt = performance.now();
    const method = req.getMethod();
    send(res, reply, { withoutBody: method === 'head', closeConnection: refusing });
    tell(method.toUpperCase(), pattern, reply, startedAt);
  }

  function failure(error: unknown, route: Route): Reply {
    if (isUnavailable(error)) {
      logger.warn({ route: route.pattern, error: messageOf(error) }, 'a request has to wait for Postgres');
      return refusal('unavailable', 'the database is away, try again', { 'Retry-After': '2' });
    }
    logger.error({ route: route.pattern, err: error }, 'a request failed');
    return refusal('internal', 'something went wrong');
  }

  for (const route of routes) {
    const handler = (res: HttpResponse, req: HttpRequest) => void serve(route, res, req, false);
    if (route.method === 'POST') app.post(route.pattern, handler);
    else {
      app.get(route.pattern, handler);
      if (!route.unsafe) app.head(route.pattern, (res, req) => void serve(route, res, req, true));
    }
  }
  for (const [pattern, methods] of methodsByPattern(routes)) {
    const allow = methods.join(', ');
    app.any(pattern, (res, req) => {
      refuse(pattern, res, req, refusal('method-not-allowed', `use ${allow}`, { Allow: allow }));
    });
  }
  app.any('/ws/:sid', (res, req) => {
    const reply =
      req.getMethod() === 'get'
        ? refusal('upgrade-required', 'this path speaks WebSocket', { Upgrade: 'websocket' })
        : refusal('method-not-allowed', 'use GET', { Allow: 'GET' });
    refuse('/ws/:sid', res, req, reply);
  });
  app.any('/*', (res, req) => {
    refuse('/*', res, req, refusal('route-not-found', 'there is no such route'));
  });

  return {
    refuseRequests() {
      refusing = true;
    },
    untilIdle() {
      if (inFlight === 0) return Promise.resolve();
      return new Promise((resolve) => {
        onIdle = resolve;
      });
    },
  };
}

function readParams(pattern: string, req: HttpRequest): string[] | undefined {
  const count = pattern.split('/:').length - 1;
  try {
    return Array.from({ length: count }, (_, index) => decodeURIComponent(req.getParameter(index)));
  } catch {
    return undefined;
  }
}

function bodyRefusal(reason: 'not-json' | 'body-too-large', maxBytes: number): Reply {
  const msg = reason === 'not-json' ? 'the body must be JSON' : `the body may have ${maxBytes} bytes`;
  return refusal(reason, msg);
}

function methodsByPattern(routes: readonly Route[]): Map<string, string[]> {
  const methods = new Map<string, string[]>();
  for (const { pattern, method, unsafe } of routes) {
    const list = methods.get(pattern) ?? [];
    list.push(method);
    if (method === 'GET' && !unsafe) list.push('HEAD');
    methods.set(pattern, list);
  }
  return methods;
}
