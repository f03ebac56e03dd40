/** What Prometheus scrapes. */

import { content } from './reply.ts';
import type { Route } from './routes.ts';

/** `print` gives the metrics in the format that `contentType` names. */
export function metricsRoute(contentType: string, print: () => Promise<string>): Route {
  return {
    method: 'GET',
    pattern: '/metrics',
    scope: 'ops',
    handle: async () => content(contentType, await print()),
  };
}
