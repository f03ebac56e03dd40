/**
 * The edge between uWebSockets.js and the handlers. Guarantees that every request gets one answer in the envelope, also
 * those that no handler knows: an unknown path, a method that the route has not, a caller that may not, a path that cannot
 * be decoded, a body that is no JSON, a failure inside. A handler sees values only, and returns one.
 */

import type { HttpRequest, HttpResponse, TemplatedApp } from 'uWebSockets.js';
import type { Authenticate, Grant } from '../domain/access.ts';
import { messageOf } from '../platform/errors.ts';
import { headerValues } from '../platform/header-values.ts';
import type { Logger } from '../platform/logger.ts';
import { isUnavailable } from '../platform/postgres.ts';
import { admit, type Demands, doubt } from './admission.ts';
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
  /** What the caller may do; on a route that is open, nothing. */
  grant: Grant;
}

export interface Route extends Demands {
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

export interface RoutesOptions {
  app: TemplatedApp;
  maxBodyBytes: number;
  authenticate: Authenticate;
  logger: Logger;
}

export interface Routes {
  /** From now on every request is answered with 503 and its connection closed. */
  refuseRequests(): void;
  /** Resolves when no request is being handled any more. */
  untilIdle(): Promise<void>;
}

export function registerRoutes(routes: readonly Route[], options: RoutesOptions): Routes {
  const { app, logger } = options;
  let refusing = false;
  let inFlight = 0;
  let onIdle = () => {};

  async function serve(route: Route, res: HttpResponse, req: HttpRequest, isHead: boolean): Promise<void> {
    // uWebSockets.js keeps one such handler only, so whoever has to know listens to the signal.
    const gone = new AbortController();
    res.onAborted(() => gone.abort());
    const answer = (reply: Reply, closeConnection = false) => {
      if (!gone.signal.aborted) send(res, reply, { withoutBody: isHead, closeConnection });
    };
    if (refusing)
      return answer(refusal('unavailable', 'the service is stopping', { 'Retry-After': '5' }), true);

    const params = readParams(route.pattern, req);
    const query = new URLSearchParams(req.getQuery());
    const isPrefetch = /prefetch/i.test(req.getHeader('sec-purpose') || req.getHeader('purpose'));
    const reads = [...(route.readsHeaders ?? []), ...(route.verifier?.headers ?? [])];
    const { authorization = '', ...headers } = headerValues(req, ['authorization', ...reads]);
    const declaredBytes = Number(req.getHeader('content-length'));
    const reading = route.takesBody && params !== undefined && declaredBytes <= options.maxBodyBytes;
    const body = reading
      ? readJson(res, options.maxBodyBytes, gone.signal)
      : Promise.resolve<Body>({ ok: false, reason: 'body-too-large' });
    body.catch(() => {}); // a client that leaves is nobody's loss where its body is not awaited

    inFlight++;
    try {
      const admitted = await admit(route, authorization, options.authenticate);
      // What is left of a body that nobody wants would hold up the connection.
      if ('refused' in admitted) return answer(admitted.refused, route.takesBody);
      if (params === undefined) return answer(refusal('invalid', 'the path has a malformed escape'));
      const read: Body = route.takesBody ? await body : NO_BODY;
      const doubted = await doubt(route, headers, read);
      if (doubted !== undefined) return answer(doubted);
      if (!read.ok) return answer(bodyRefusal(read.reason, options.maxBodyBytes), read.reason !== 'not-json');
      const { grant } = admitted;
      answer(await route.handle({ params, query, body: read.value, isPrefetch, headers, grant }));
    } catch (error) {
      if (!gone.signal.aborted) answer(failure(error, route));
    } finally {
      inFlight--;
      if (inFlight === 0) onIdle();
    }
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
      const reply = refusal('method-not-allowed', `use ${allow}`, { Allow: allow });
      send(res, reply, { withoutBody: req.getMethod() === 'head', closeConnection: refusing });
    });
  }
  app.any('/ws/:sid', (res, req) => {
    const reply =
      req.getMethod() === 'get'
        ? refusal('upgrade-required', 'this path speaks WebSocket', { Upgrade: 'websocket' })
        : refusal('method-not-allowed', 'use GET', { Allow: 'GET' });
    send(res, reply, { withoutBody: req.getMethod() === 'head', closeConnection: refusing });
  });
  app.any('/*', (res, req) => {
    const reply = refusal('route-not-found', 'there is no such route');
    send(res, reply, { withoutBody: req.getMethod() === 'head', closeConnection: refusing });
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

const NO_BODY = { ok: true, value: undefined, bytes: new Uint8Array() } as const;

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
