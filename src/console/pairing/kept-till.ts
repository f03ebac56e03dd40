/**
 * What this browser keeps of having been paired: the token of the till, for each shop, so that a restart of the browser
 * needs no person. All tabs share it, and so one tab's renewal is every tab's. What is not well-formed counts as nothing.
 */

import type { SafeStorage } from '../browser/storage.ts';

export interface KeptTill {
  readonly tillId: string;
  readonly token: string;
}

export interface KeptTills {
  /** The till that this browser is in that shop; undefined where it was never paired, or was removed. */
  of(shop: string): KeptTill | undefined;
  /** Whether it was one until it was removed. */
  wasRemoved(shop: string): boolean;
  /** For which it was paired last: the shop of an address that names none. */
  readonly shop: string | undefined;
  keep(shop: string, till: KeptTill): void;
  /** The service has removed it: its token is forgotten. */
  remove(shop: string): void;
}

const LAST_KEY = 'orderbell.till-shop';
const REMOVED = 'removed';
const SHOP = /^[A-Za-z0-9_-]{1,64}$/;

export function openKeptTills(storage: SafeStorage): KeptTills {
  return {
    of: (shop) => readTill(storage.getItem(keyOf(shop))),
    wasRemoved: (shop) => storage.getItem(keyOf(shop)) === REMOVED,
    get shop() {
      const last = storage.getItem(LAST_KEY) ?? '';
      return SHOP.test(last) ? last : undefined;
    },
    keep(shop, { tillId, token }) {
      storage.setItem(keyOf(shop), JSON.stringify({ tillId, token }));
      storage.setItem(LAST_KEY, shop);
    },
    remove: (shop) => storage.setItem(keyOf(shop), REMOVED),
  };
}

function readTill(stored: string | null): KeptTill | undefined {
  try {
    const { tillId, token } = JSON.parse(stored ?? '{}');
    return typeof tillId === 'string' && typeof token === 'string' ? { tillId, token } : undefined;
  } catch {
    return undefined;
  }
}

function keyOf(shop: string): string {
  return `orderbell.till.${shop}`;
}
