/** One request on its way to its reply. All that is needed of it is taken here, in the turn in which it came. */

import type { HttpRequest, HttpResponse } from 'uWebSockets.js';
import { NO_GRANT } from '../domain/access.ts';
import type { Authorise, Authorised } from '../server/authorise.ts';
import { headerValues } from '../server/header-values.ts';
import type { AccessRefusal } from '../server/refusal.ts';
import { type BodyLimits, type RawBody, readBody } from './body.ts';
import type { Incoming, ServedRoute } from './routes.ts';

export interface Exchange {
  readonly route: ServedRoute;
  /** Whether an escape in the path is malformed. */
  readonly hasBadPath: boolean;
  readonly authorising: Promise<Authorised<undefined> | AccessRefusal>;
  readonly receiving: Promise<RawBody>;
  /** For the handler. The steps fill in `grant`, `rawBody` and `body`. */
  readonly incoming: Incoming;
}

export interface ExchangeOptions {
  authorise: Authorise;
  body: BodyLimits;
}

/** `gone` aborts when the client has left. */
export function beginExchange(
  route: ServedRoute,
  res: HttpResponse,
  req: HttpRequest,
  gone: AbortSignal,
  { authorise, body }: ExchangeOptions,
): Exchange {
  const query = new URLSearchParams(req.getQuery());
  const params = readParams(route.pattern, req);
  const incoming: Incoming = {
    params: params ?? [],
    query,
    body: undefined,
    rawBody: NO_BODY,
    isPrefetch: /prefetch/i.test(req.getHeader('sec-purpose') || req.getHeader('purpose')),
    headers: headerValues(req, route.readsHeaders ?? []),
    address: '',
    grant: NO_GRANT,
  };
  const receiving = receiveBody(route, res, req, gone, body);
  receiving.catch(() => {}); // the client may leave while its body is not awaited
  const scopes = [route.scope ?? []].flat();
  const authorising = authorise(res, req, { kind: 'request', query, scopes, target: anyTarget });
  return { route, hasBadPath: params === undefined, authorising, receiving, incoming };
}

/** Which shop a request is for stands in its path, its body or its order: the handler looks at it. */
const anyTarget = () => ({ ok: true, target: undefined }) as const;

const NO_BODY = new Uint8Array();

function receiveBody(
  { takesBody }: ServedRoute,
  res: HttpResponse,
  req: HttpRequest,
  gone: AbortSignal,
  limits: BodyLimits,
): Promise<RawBody> {
  if (takesBody === undefined) return Promise.resolve({ ok: true, bytes: NO_BODY });
  const declaredBytes = Number(req.getHeader('content-length'));
  if (declaredBytes <= limits.maxBytes) return readBody(res, limits, gone);
  return Promise.resolve({ ok: false, reason: 'body-too-large' });
}

function readParams(pattern: string, req: HttpRequest): string[] | undefined {
  const count = pattern.split('/:').length - 1;
  try {
    return Array.from({ length: count }, (_, index) => decodeURIComponent(req.getParameter(index)));
  } catch {
    return undefined;
  }
}
