/** The routes of Web Push, as the page calls them. */

import { callService, isObject, type ServiceAccess } from '../log/ask-service.ts';
import type { ReadSettings } from '../shop/request-settings.ts';

export interface PushApi {
  /** Undefined where the service has no Web Push. */
  publicKey(): Promise<string | undefined>;
  /** Resolves with the subscription's id. */
  save(subscription: PushSubscriptionJSON, language: string): Promise<string>;
  /** Also where it was gone before. */
  remove(id: string): Promise<void>;
}

export interface PushApiOptions extends ServiceAccess {
  readSettings: ReadSettings;
}

export function createPushApi({ readSettings, ...service }: PushApiOptions): PushApi {
  const path = `shops/${encodeURIComponent(service.shop)}/push-subscriptions`;
  return {
    publicKey: async () => (await readSettings()).vapidPublicKey,
    async save(subscription, language) {
      const { status, data } = await callService(service, path, {
        method: 'POST',
        body: JSON.stringify({ ...subscription, language }),
      });
      const id = isObject(data) ? data.id : undefined;
      if (status !== 201 || typeof id !== 'string')
        throw new Error(`the subscription was refused: ${status}`);
      return id;
    },
    async remove(id) {
      const { status } = await callService(service, `${path}/${encodeURIComponent(id)}`, {
        method: 'DELETE',
      });
      if (status !== 200 && status !== 404) throw new Error(`the subscription was not ended: ${status}`);
    },
  };
}
