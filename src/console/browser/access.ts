/**
 * Which shop the page is of, and the token it shows: `/?shop=corner#token=…`. The fragment never goes to a server; it
 * moves to the tab's storage at once, and leaves the address bar, where somebody could read or copy it. Where the
 * address names no shop, a token that is good for one names it.
 */

import { shopOfToken } from './shop-of-token.ts';

export interface Access {
  readonly shop: string;
  token(): string | undefined;
  /** Gives the address to go to instead, where the token is of another shop than the page, which named none. */
  signIn(token: string): URL | undefined;
}

export interface AccessOptions {
  url: URL;
  /** The tab's own: another tab signs in by itself. */
  storage: Pick<Storage, 'getItem' | 'setItem'>;
  /** Puts another address in the place of this one. */
  replaceUrl(url: URL): void;
}

const DEFAULT_SHOP = 'default';

export function readAccess({ url, storage, replaceUrl }: AccessOptions): Access {
  const fragment = new URLSearchParams(url.hash.slice(1));
  const given = fragment.get('token');
  const named = url.searchParams.get('shop') || undefined;
  const shop = named ?? (given === null ? undefined : shopOfToken(given)) ?? DEFAULT_SHOP;
  if (given !== null) {
    if (given !== '') storage.setItem(keyOf(shop), given);
    const rest = ofShop(url, shop === DEFAULT_SHOP ? named : shop);
    fragment.delete('token');
    rest.hash = fragment.toString();
    replaceUrl(rest);
  }
  return {
    shop,
    token: () => storage.getItem(keyOf(shop)) ?? undefined,
    signIn(typed) {
      const token = typed.trim();
      const its = named === undefined ? (shopOfToken(token) ?? shop) : shop;
      storage.setItem(keyOf(its), token);
      return its === shop ? undefined : ofShop(url, its);
    },
  };
}

function keyOf(shop: string): string {
  return `orderbell.token.${shop}`;
}

function ofShop(url: URL, shop: string | undefined): URL {
  const other = new URL(url);
  other.hash = '';
  if (shop !== undefined) other.searchParams.set('shop', shop);
  return other;
}
