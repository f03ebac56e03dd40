/** The routes of Web Push, as the page calls them. */

import type { ReadSettings } from '../shop/request-settings.ts';

export interface PushApi {
  /** Undefined where the service has no Web Push. */
  publicKey(): Promise<string | undefined>;
  /** Resolves with the subscription's id. */
  save(subscription: PushSubscriptionJSON, language: string): Promise<string>;
  /** Also where it was gone before. */
  remove(id: string): Promise<void>;
}

export interface PushApiOptions {
  base: URL;
  shop: string;
  token(): string | undefined;
  fetch: typeof fetch;
  readSettings: ReadSettings;
}

const TIMEOUT_MS = 15_000;

export function createPushApi({ base, shop, token, fetch, readSettings }: PushApiOptions): PushApi {
  const path = `shops/${encodeURIComponent(shop)}/push-subscriptions`;

  async function call(to: string, init: RequestInit): Promise<{ status: number; data: unknown }> {
    const bearer = token();
    const headers = bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const answer = await fetch(new URL(to, base), { ...init, headers, cache: 'no-store', signal });
    const body: unknown = await answer.json().catch(() => undefined);
    const data = typeof body === 'object' && body !== null && 'data' in body ? body.data : undefined;
    return { status: answer.status, data };
  }

  return {
    publicKey: async () => (await readSettings()).vapidPublicKey,
    async save(subscription, language) {
      const { status, data } = await call(path, {
        method: 'POST',
        body: JSON.stringify({ ...subscription, language }),
      });
      const id = textOf(data, 'id');
      if (status !== 201 || id === undefined) throw new Error(`the subscription was refused: ${status}`);
      return id;
    },
    async remove(id) {
      const { status } = await call(`${path}/${encodeURIComponent(id)}`, { method: 'DELETE' });
      if (status !== 200 && status !== 404) throw new Error(`the subscription was not ended: ${status}`);
    },
  };
}

function textOf(value: unknown, name: string): string | undefined {
  const fields: Record<string, unknown> = typeof value === 'object' && value !== null ? { ...value } : {};
  const field = fields[name];
  return typeof field === 'string' ? field : undefined;
}
