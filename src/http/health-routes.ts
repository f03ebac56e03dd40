/** Liveness and readiness. Liveness asks no other server: a restart brings no database back. */

import { type Static, Type } from 'typebox';
import { refusal, success } from './reply.ts';
import type { Route } from './routes.ts';

const UpOrDown = Type.Enum(['up', 'down']);

export const Health = Type.Object({ postgres: UpOrDown, rabbitmq: UpOrDown, draining: Type.Boolean() });
export type Health = Static<typeof Health>;

export function healthRoutes(version: string, check: () => Promise<Health>): Route[] {
  return [
    { method: 'GET', pattern: '/healthz', handle: () => success({ status: 'up', version }) },
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
