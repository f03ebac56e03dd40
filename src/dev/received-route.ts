/** What the receiver of `make run` got, for the demo panel, which may ask only the service that it came from. */

import { coversShop } from '../domain/access.ts';
import { success } from '../http/reply.ts';
import type { Route } from '../http/routes.ts';
import type { EscalationReceiver } from './escalation-receiver.ts';

export function receivedRoute({ received }: Pick<EscalationReceiver, 'received'>): Route {
  return {
    method: 'GET',
    pattern: '/demo/webhooks',
    scope: 'log:read',
    handle: ({ grant }) =>
      success({ webhooks: received().filter(({ data }) => coversShop(grant, data.shopId)) }),
  };
}
