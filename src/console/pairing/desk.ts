/** The shop's paired tills, for a person who may add and remove them: the routes behind the list in the settings. */

import { callService, isObject, type ServiceAccess } from '../log/ask-service.ts';

export interface ListedTill {
  readonly id: string;
  readonly name: string;
  readonly pairedAt: string;
  readonly renewedAt: string;
}

export interface OfferedCode {
  readonly code: string;
  readonly url: string;
  readonly expiresAt: string;
  /** Row by row, 1 is dark. */
  readonly qr: readonly string[];
}

/** Each rejects where the service does not do it. */
export interface Desk {
  list(): Promise<ListedTill[]>;
  remove(id: string): Promise<void>;
  /** The link leads to this very page. */
  makeCode(name: string): Promise<OfferedCode>;
}

export function createDesk(service: ServiceAccess): Desk {
  const { base, shop } = service;
  async function call(path: string, expected: number, init: RequestInit = {}): Promise<unknown> {
    const { status, data } = await callService(service, path, init);
    if (status !== expected) throw new Error(`refused: ${status}`);
    return data;
  }
  return {
    async list() {
      const data = await call(`shops/${encodeURIComponent(shop)}/tills`, 200);
      const tills = isObject(data) && Array.isArray(data.tills) ? data.tills : [];
      return tills.filter(isListedTill);
    },
    async remove(id) {
      await call(`tills/${encodeURIComponent(id)}`, 200, { method: 'DELETE' });
    },
    async makeCode(name) {
      const body = JSON.stringify({ shopId: shop, name, page: base.href });
      const data = await call('pairings', 201, { method: 'POST', body });
      if (!isOfferedCode(data)) throw new Error('the code is none');
      return data;
    },
  };
}

const areTexts = (...fields: unknown[]) => fields.every((field) => typeof field === 'string');

function isListedTill(value: unknown): value is ListedTill {
  return isObject(value) && areTexts(value.id, value.name, value.pairedAt, value.renewedAt);
}

function isOfferedCode(value: unknown): value is OfferedCode {
  return (
    isObject(value) &&
    areTexts(value.code, value.url, value.expiresAt) &&
    Array.isArray(value.qr) &&
    areTexts(...value.qr)
  );
}
