/**
 * The edge between uWebSockets.js and the handlers. Guarantees that every request gets one answer in the envelope, also
 * those that no handler knows: an unknown path, a method that the route has not, a caller that may not, a path that cannot
 * be decoded, a body that is no JSON, a failure inside. A handler sees values only, and returns one.
 */

import type { HttpRequest, HttpResponse, TemplatedApp } from 'uWebSockets.js';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Authenticate, Grant } from '../domain/access.ts';
import { AppError, messageOf } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { isUnavailable } from '../platform/postgres.ts';
import { createThrottledLog } from '../platform/throttled-log.ts';
import { type ClientAddresses, peerOf } from '../server/client-address.ts';
import { headerValues } from '../server/header-values.ts';
import type { RateLimit } from '../server/rate-limit.ts';
import type { CheckRequest, RequestFault } from '../server/request-check.ts';
import { admit, type Demands } from './admission.ts';
import { type BodyLimits, parseJson, type RawBody, readBody } from './body.ts';
import { type Reply, refusal, type SendOptions, send } from './reply.ts';

/** What a handler is given: copied, since the request itself is gone after the first await. */
export interface Incoming {
  /** The path's parameters in their order, decoded. */
  params: string[];
  query: URLSearchParams;
  /** The parsed body of a route that takes JSON. */
  body: unknown;
  /** The body byte by byte; empty where the route takes none. */
  rawBody: Uint8Array;
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
  /** `bytes` is not parsed: the handler gets it as `rawBody`. */
  takesBody?: 'json' | 'bytes';
  /** In lower case. */
  readsHeaders?: readonly string[];
  /** Looks at the headers that the route reads and at the body as it came, before it is parsed. A reply refuses it. */
  verify?(headers: Incoming['headers'], rawBody: Uint8Array): Reply | undefined | Promise<Reply | undefined>;
  handle(incoming: Incoming): Reply | Promise<Reply>;
}

/** What of a route it takes to serve it. */
type Served = Demands & Pick<Route, 'pattern' | 'takesBody' | 'readsHeaders' | 'verify' | 'handle'>;

/** Who is told of each answer; the route is a pattern, so that there are few of them. Must be quick and not throw. */
export interface HttpObserver {
  answered(route: string, status: number, seconds: number): void;
}

export interface RoutesOptions {
  app: TemplatedApp;
  body: BodyLimits;
  clients: ClientAddresses;
  check: CheckRequest;
  /** Requests from one address. */
  addressRequests: RateLimit;
  /** Requests with one token, whatever the addresses that they come from. */
  tokenRequests: RateLimit;
  /** With every answer. */
  headers: SendOptions['serverHeaders'] & object;
  authenticate: Authenticate;
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
  const warn = createThrottledLog(logger, () => performance.now());
  let refusing = false;
  let inFlight = 0;
  let onIdle = () => {};

  /** `named` is what the route is called where requests are counted. */
  async function serve(
    route: Served,
    res: HttpResponse,
    req: HttpRequest,
    isHead: boolean,
    named = route.pattern,
  ): Promise<void> {
    // uWebSockets.js keeps one such handler only, so whoever has to know listens to the signal.
    const gone = new AbortController();
    res.onAborted(() => gone.abort());
    const startedAt = performance.now();
    const method = req.getMethod().toUpperCase();
    const answer = (reply: Reply, closeConnection = false) => {
      if (gone.signal.aborted) return;
      send(res, reply, { serverHeaders: options.headers, withoutBody: isHead, closeConnection });
      tell(method, named, reply, startedAt);
    };
    if (refusing)
      return answer(refusal('unavailable', 'the service is stopping', { 'Retry-After': '5' }), true);

    // The request is gone after the first await: all that is needed of it is taken before.
    const address = options.clients.of(peerOf(res), req);
    const fault = options.check(req, 'request');
    const params = readParams(route.pattern, req);
    const query = new URLSearchParams(req.getQuery());
    const isPrefetch = /prefetch/i.test(req.getHeader('sec-purpose') || req.getHeader('purpose'));
    const reads = ['authorization', ...(route.readsHeaders ?? [])];
    const { authorization = '', ...headers } = headerValues(req, reads);
    const declaredBytes = Number(req.getHeader('content-length'));
    const takesBody = route.takesBody !== undefined;
    const isReading = takesBody && declaredBytes <= options.body.maxBytes;
    const body = isReading ? readBody(res, options.body, gone.signal) : Promise.resolve(TOO_LARGE);
    body.catch(() => {}); // the client may leave while its body is not awaited

    inFlight++;
    try {
      const tooFast = await paceOf(options.addressRequests, address, { address });
      if (fault?.endsConnection) {
        await nextTurn();
        // An answer to HEAD cannot close its connection.
        if (isHead && !gone.signal.aborted) return void res.close();
        return answer(tooFast ?? faultRefusal(fault), true);
      }
      if (tooFast !== undefined) return answer(tooFast, takesBody);
      if (fault !== undefined) return answer(faultRefusal(fault), takesBody);
      const admitted = await admit(route, { authorization, query }, options.authenticate);
      // What is left of a body that nobody wants would hold up the connection.
      if ('refused' in admitted) return answer(admitted.refused, takesBody);
      const { grant } = admitted;
      const tooOften = await paceOf(options.tokenRequests, grant.token, { subject: grant.subject });
      if (tooOften !== undefined) return answer(tooOften, takesBody);
      if (params === undefined) return answer(refusal('invalid', 'the path has a malformed escape'));
      const read: RawBody = takesBody ? await body : NO_BODY;
      if (!read.ok) return answer(bodyRefusal(read.reason, options.body), true);
      const rawBody = read.bytes;
      const unverified = await route.verify?.(headers, rawBody);
      if (unverified !== undefined) return answer(unverified);
      const parsed = route.takesBody === 'json' ? parseJson(rawBody) : NOTHING;
      if (!parsed.ok) return answer(refusal('not-json', 'the body must be JSON'));
      answer(await route.handle({ params, query, body: parsed.value, rawBody, isPrefetch, headers, grant }));
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

  /** The refusal of a caller that asks too often; undefined may ask as often as it likes. */
  async function paceOf(
    limit: RateLimit,
    key: string | undefined,
    caller: { address: string } | { subject: string },
  ): Promise<Reply | undefined> {
    const waitSeconds = key === undefined ? 0 : await limit.take(key);
    if (waitSeconds === 0) return undefined;
    warn(caller, 'requests were refused: too many');
    return refusal('too-many-requests', '请求过于频繁，请稍后再试', { 'Retry-After': String(waitSeconds) });
  }

  function failure(error: unknown, route: Served): Reply {
    if (error instanceof AppError && error.code === 'busy') {
      warn({ route: route.pattern }, 'requests were refused: too many wait');
      return refusal('unavailable', 'too many wait, try again', { 'Retry-After': '1' });
    }
    if (isUnavailable(error)) {
      logger.warn({ route: route.pattern, error: messageOf(error) }, 'a request has to wait for Postgres');
      return refusal('unavailable', 'the database is away, try again', { 'Retry-After': '2' });
    }
    logger.error({ route: route.pattern, err: error }, 'a request failed');
    return refusal('internal', 'something went wrong');
  }

  logger.debug({ routes: routes.map(({ method, pattern }) => `${method} ${pattern}`) }, 'routes are served');
  for (const route of routes) {
    const handler = (res: HttpResponse, req: HttpRequest) => void serve(route, res, req, false);
    if (route.method === 'POST') app.post(route.pattern, handler);
    else {
      app.get(route.pattern, handler);
      if (!route.unsafe) app.head(route.pattern, (res, req) => void serve(route, res, req, true));
    }
  }
  /** Every method of a path has the same answer. */
  function refuseAll(pattern: string, reply: (method: string) => Reply): void {
    app.any(pattern, (res, req) => {
      const method = req.getMethod();
      const route: Served = { pattern: '', handle: () => reply(method) };
      void serve(route, res, req, method === 'head', pattern);
    });
  }
  for (const [pattern, methods] of methodsByPattern(routes)) {
    const allow = methods.join(', ');
    refuseAll(pattern, () => refusal('method-not-allowed', `use ${allow}`, { Allow: allow }));
  }
  refuseAll('/ws/:sid', (method) =>
    method === 'get'
      ? refusal('upgrade-required', 'this path speaks WebSocket', { Upgrade: 'websocket' })
      : refusal('method-not-allowed', 'use GET', { Allow: 'GET' }),
  );
  refuseAll('/*', () => refusal('route-not-found', 'there is no such route'));

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

/** Whatever is malformed in HTTP itself is a bad request. */
function faultRefusal({ reason, message }: RequestFault): Reply {
  const refused = refusal(reason, message);
  return reason === 'invalid' ? { ...refused, status: 400 } : refused;
}

function readParams(pattern: string, req: HttpRequest): string[] | undefined {
  const count = pattern.split('/:').length - 1;
  try {
    return Array.from({ length: count }, (_, index) => decodeURIComponent(req.getParameter(index)));
  } catch {
    return undefined;
  }
}

const NO_BODY: RawBody = { ok: true, bytes: new Uint8Array() };
const TOO_LARGE: RawBody = { ok: false, reason: 'body-too-large' };
const NOTHING = { ok: true, value: undefined } as const;

type BodyFault = Extract<RawBody, { ok: false }>['reason'];

function bodyRefusal(reason: BodyFault, { maxBytes, seconds }: BodyLimits): Reply {
  switch (reason) {
    case 'body-too-large':
      return refusal(reason, `the body may have ${maxBytes} bytes`);
    case 'body-too-slow':
      return refusal(reason, `the body may take ${seconds} s`);
  }
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
