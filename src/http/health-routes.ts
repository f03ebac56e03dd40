/** Liveness and readiness. Liveness asks nobody: a process whose database is away is not helped by a restart. */

import { refusal, success } from './reply.ts';
import type { Route } from './routes.ts';

export interface Health {
  postgres: 'up' | 'down';
  rabbitmq: 'up' | 'down';
  draining: boolean;
}

export function healthRoutes(check: () => Promise<Health>): Route[] {
  return [
    { method: 'GET', pattern: '/healthz', handle: () => success({ status: 'up' }) },
    {
      method: 'GET',
      pattern: '/readyz',
      handle: async () => {
        const health = await check();
        const ready = health.postgres === 'up' && health.rabbitmq === 'up' && !health.draining;
        if (ready) return success(health);
        return refusal('unavailable', 'not ready', { 'Retry-After': '2' }, health);
      },
    },
  ];
}
