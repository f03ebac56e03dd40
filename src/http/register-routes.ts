/**
 * The routes on uWebSockets.js. Every path and every method has an answer in the envelope, also those that no route has.
 */

import type { HttpRequest, HttpResponse, TemplatedApp } from 'uWebSockets.js';
import { type Reply, refusal } from './reply.ts';
import type { Route, ServedRoute } from './routes.ts';
import { createServing, type ServeOptions, type Serving } from './serve.ts';

export interface RoutesOptions extends ServeOptions {
  app: TemplatedApp;
}

export type Routes = Omit<Serving, 'serve'>;

/** What uWebSockets.js calls each method. */
const ON = { GET: 'get', POST: 'post', PUT: 'put', DELETE: 'del' } as const;

const hasHead = ({ method, unsafe }: Route) => method === 'GET' && !unsafe;

export function registerRoutes(routes: readonly Route[], options: RoutesOptions): Routes {
  const { app, logger } = options;
  const { serve, ...registered } = createServing(options);
  logger.debug({ routes: routes.map(({ method, pattern }) => `${method} ${pattern}`) }, 'routes are served');
  for (const route of routes) {
    const handler = (res: HttpResponse, req: HttpRequest) => void serve(route, res, req, { isHead: false });
    app[ON[route.method]](route.pattern, handler);
    if (hasHead(route)) app.head(route.pattern, (res, req) => void serve(route, res, req, { isHead: true }));
  }
  /** For every method of a path that no route has. */
  function refuseAll(pattern: string, reply: (method: string) => Reply): void {
    app.any(pattern, (res, req) => {
      const method = req.getMethod();
      const route: ServedRoute = { pattern: '', handle: () => reply(method) };
      void serve(route, res, req, { isHead: method === 'head', countedAs: pattern });
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
  return registered;
}

function methodsByPattern(routes: readonly Route[]): Map<string, string[]> {
  const methods = new Map<string, string[]>();
  for (const route of routes) {
    const list = methods.get(route.pattern) ?? [];
    list.push(route.method);
    if (hasHead(route)) list.push('HEAD');
    methods.set(route.pattern, list);
  }
  return methods;
}
