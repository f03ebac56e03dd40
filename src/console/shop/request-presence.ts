/** Asks the service whether any session of the shop can sound. */

import { callService, isObject, type ServiceAccess } from '../log/ask-service.ts';

/** `deaf`: silent for so long that it was reported. */
export type ShopHearing = 'hearing' | 'silent' | 'deaf';

/** `refused`: the token does not allow it, or the service has no such route. */
export type ReadPresence = () => Promise<ShopHearing | 'refused'>;

const REFUSALS = [401, 403, 404];

/** What it returns rejects where the service does not answer. */
export function createPresenceReader(service: ServiceAccess): ReadPresence {
  return async () => {
    const { status, data } = await callService(service, `shops/${encodeURIComponent(service.shop)}/presence`);
    if (REFUSALS.includes(status)) return 'refused';
    const presence = isObject(data) ? data.presence : undefined;
    if (status !== 200 || !isHearing(presence)) throw new Error(`the presence could not be read: ${status}`);
    return presence;
  };
}

function isHearing(value: unknown): value is ShopHearing {
  return value === 'hearing' || value === 'silent' || value === 'deaf';
}
