/** Asks the service whether any session of the shop can sound. */

import { isObject, type ServiceAccess } from '../log/ask-service.ts';

/** `deaf`: silent for so long that it was reported. */
export type ShopHearing = 'hearing' | 'silent' | 'deaf';

/** `refused`: the token does not allow it, or the service has no such route. */
export type ReadPresence = () => Promise<ShopHearing | 'refused'>;

const TIMEOUT_MS = 15_000;
const REFUSALS = [401, 403, 404];

/** What it returns rejects where the service does not answer. */
export function createPresenceReader({ base, shop, token, fetch }: ServiceAccess): ReadPresence {
  return async () => {
    const bearer = token();
    const answer = await fetch(new URL(`shops/${encodeURIComponent(shop)}/presence`, base), {
      headers: bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` },
      cache: 'no-store',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (REFUSALS.includes(answer.status)) return 'refused';
    const body: unknown = await answer.json();
    const data = isObject(body) && isObject(body.data) ? body.data : {};
    const { presence } = data;
    if (!answer.ok || !isHearing(presence))
      throw new Error(`the presence could not be read: ${answer.status}`);
    return presence;
  };
}

function isHearing(value: unknown): value is ShopHearing {
  return value === 'hearing' || value === 'silent' || value === 'deaf';
}
