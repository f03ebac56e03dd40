/** What the console asks the service for when it opens: what the operator has set up, and any page may know. */

import { Type } from 'typebox';
import { success } from './reply.ts';
import type { Route } from './routes.ts';

export const ConsoleSettings = Type.Object({
  vapidPublicKey: Type.Union([Type.String(), Type.Null()], {
    description: 'the `applicationServerKey` of Web Push; null where there is none',
  }),
  orderUrl: Type.Union([Type.String(), Type.Null()], {
    description:
      'where an order is shown, with `{orderId}` and perhaps `{shopId}` to be filled in, percent-encoded; null where there is no such place',
  }),
  pairing: Type.Boolean({ description: 'whether tills can be paired by a code' }),
});

export interface ConsoleSettingsOptions {
  /** Undefined where there is no Web Push. */
  readonly vapidPublicKey: string | undefined;
  /** Empty where there is none. */
  readonly orderUrl: string;
  /** Tills can be paired by a code. */
  readonly pairing: boolean;
}

export function consoleSettingsRoute({ vapidPublicKey, orderUrl, pairing }: ConsoleSettingsOptions): Route {
  const settings = {
    vapidPublicKey: vapidPublicKey ?? null,
    orderUrl: orderUrl === '' ? null : orderUrl,
    pairing,
  };
  return { method: 'GET', pattern: '/console.json', handle: () => success(settings) };
}
