/** This page as a till: paired by a code, and its token renewed while it is open. */

import type { ServiceAccess } from '../log/ask-service.ts';
import { createPairing, type Pairing } from './pairing.ts';
import { type RenewalOptions, startRenewal } from './renewal.ts';
import { createTillApi } from './till-api.ts';

export interface TillPairingOptions extends Omit<RenewalOptions, 'shop' | 'renew' | 'random'> {
  readonly service: ServiceAccess;
  /** How people call this till. */
  name(): string;
  onChange(): void;
}

export function startPairing(options: TillPairingOptions): Pairing {
  const { service, name, onChange } = options;
  const api = createTillApi(service);
  startRenewal({ ...options, shop: service.shop, renew: api.renew, random: Math.random });
  return createPairing({ api, name, onChange });
}
