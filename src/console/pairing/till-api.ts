/** The routes of pairing, as a till calls them. Nothing here rejects: what went wrong is part of the answer. */

import { callService, isObject, type ServiceAccess } from '../log/ask-service.ts';

export interface GivenTill {
  readonly tillId: string;
  readonly token: string;
  readonly shopId: string;
  readonly name: string;
}

/** `unavailable`: this service pairs no tills. `away`: there was no answer, or none of ours. */
export type PairFault = 'unknown' | 'ended' | 'too-often' | 'unavailable' | 'away';

export type Paired = { outcome: 'paired'; till: GivenTill } | { outcome: PairFault };

/** `refused`: the token is no good any more, for another reason than removal. */
export type Renewed = { outcome: 'renewed'; till: GivenTill } | { outcome: 'removed' | 'refused' | 'away' };

export interface TillApi {
  /** Whether the service pairs tills; undefined where it did not answer. */
  pairs(): Promise<boolean | undefined>;
  redeem(code: string, name: string): Promise<Paired>;
  renew(tillId: string, token: string): Promise<Renewed>;
}

const PAIR_FAULTS: Readonly<Record<number, PairFault>> = {
  404: 'unknown',
  410: 'ended',
  422: 'unknown',
  429: 'too-often',
};

export function createTillApi(service: Pick<ServiceAccess, 'base' | 'fetch'>): TillApi {
  async function call(path: string, init: RequestInit = {}, token?: string) {
    try {
      return await callService({ ...service, token: () => token }, path, init);
    } catch {
      return { status: 0, reason: undefined, data: undefined };
    }
  }
  return {
    async pairs() {
      const { data } = await call('console.json');
      return isObject(data) && typeof data.pairing === 'boolean' ? data.pairing : undefined;
    },
    async redeem(code, name) {
      const body = JSON.stringify(name === '' ? { code } : { code, name });
      const { status, reason, data } = await call('pairings/redeem', { method: 'POST', body });
      if (status === 201 && isGivenTill(data)) return { outcome: 'paired', till: data };
      if (reason === 'route-not-found') return { outcome: 'unavailable' };
      return { outcome: PAIR_FAULTS[status] ?? 'away' };
    },
    async renew(tillId, token) {
      const path = `tills/${encodeURIComponent(tillId)}/token`;
      const { status, reason, data } = await call(path, { method: 'POST' }, token);
      if (status === 200 && isGivenTill(data)) return { outcome: 'renewed', till: data };
      if (reason === 'till-removed') return { outcome: 'removed' };
      return { outcome: status === 401 || status === 403 ? 'refused' : 'away' };
    },
  };
}

function isGivenTill(value: unknown): value is GivenTill {
  return (
    isObject(value) &&
    [value.tillId, value.token, value.shopId, value.name].every((field) => typeof field === 'string')
  );
}
