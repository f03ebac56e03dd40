/**
 * Which shop the page is of, and the token it shows: `/?shop=corner#token=…`. The fragment never goes to a server; it
 * moves to the tab's storage at once, and leaves the address bar, where others could read or copy it. Where the
 * address names no shop, a token that is good for one names it, else the shop for which this browser was paired. Guarantees
 * that no link puts its token, or that of its pairing code (`#pair=…`), in the place of another one by itself: it is
 * offered, and waits to be accepted.
 */

import type { KeptTills } from '../pairing/kept-till.ts';
import { codeIn } from '../pairing/pairing.ts';
import type { GivenTill } from '../pairing/till-api.ts';
import { claimsOf, type TokenClaims } from './token-claims.ts';

export interface PageAccess {
  readonly shop: string;
  token(): string | undefined;
  /** What the token in use says of itself. */
  claims(): TokenClaims | undefined;
  /** Gives the address to go to instead, where the token is of another shop than the page, which named none. */
  signIn(token: string): URL | undefined;
  /** The page was paired: its token is that of the till from now on. Gives the address to go to where it is of another shop. */
  usePaired(till: GivenTill): URL | undefined;
  /** Of a token that a link has brought and that is not the one in use, or of a pairing code. */
  readonly offer: Offer | undefined;
  /** Takes the token out of an address that the page has come to while it is open. */
  readAddress(url: URL): void;
  /** Uses the token that is offered. Gives the address to go to instead, which brings it along, where it is of another shop. */
  accept(): URL | undefined;
  /** Forgets what is offered. */
  decline(): void;
}

export interface Offer {
  /** Which the token would be used for. */
  readonly shop: string;
  /** Undefined where it is a token. */
  readonly pairCode?: string;
}

export interface PageAccessOptions {
  url: URL;
  /** The tab's own: another tab signs in by itself. */
  storage: Pick<Storage, 'getItem' | 'setItem'>;
  /** The browser's: what it was paired as. */
  tills: KeptTills;
  /** Puts another address in the place of this one. */
  replaceUrl(url: URL): void;
}

const DEFAULT_SHOP = 'default';

export function readAccess({ url, storage, tills, replaceUrl }: PageAccessOptions): PageAccess {
  const { given, code, rest } = takeFragment(url);
  const named = url.searchParams.get('shop') || undefined;
  const shop = named ?? claimsOf(given ?? undefined)?.shop ?? tills.shop ?? DEFAULT_SHOP;
  const inUse = () => storage.getItem(keyOf(shop)) || tills.of(shop)?.token;
  const use = (token: string) => storage.setItem(keyOf(shop), token);
  const shopFor = (token: string) => (named === undefined ? (claimsOf(token)?.shop ?? shop) : shop);
  let offered: string | undefined;
  let pairCode = code;

  if (given !== null || code !== undefined) {
    if (shop !== DEFAULT_SHOP) rest.searchParams.set('shop', shop);
    replaceUrl(rest);
  }
  if (given && inUse() === undefined) use(given);
  else if (given) offer(given);

  function offer(token: string): void {
    offered = token === inUse() ? undefined : token;
  }

  return {
    shop,
    token: inUse,
    claims: () => claimsOf(inUse()),
    signIn(typed) {
      const token = typed.trim();
      const its = shopFor(token);
      storage.setItem(keyOf(its), token);
      return its === shop ? undefined : ofShop(url, its);
    },
    usePaired({ shopId, tillId, token }) {
      tills.keep(shopId, { tillId, token });
      storage.setItem(keyOf(shopId), ''); // of this tab alone: it would go before that of the till
      return shopId === shop ? undefined : ofShop(url, shopId);
    },
    get offer() {
      if (pairCode !== undefined) return { shop, pairCode };
      return offered === undefined ? undefined : { shop: shopFor(offered) };
    },
    readAddress(next) {
      const { given, code, rest } = takeFragment(next);
      if (given !== null || code !== undefined) replaceUrl(rest);
      if (given) offer(given);
      pairCode = code ?? pairCode;
    },
    accept() {
      const token = offered;
      offered = undefined;
      if (token === undefined) return undefined;
      const its = shopFor(token);
      if (its !== shop) return ofShop(url, its, token);
      use(token);
      return undefined;
    },
    decline() {
      offered = undefined;
      pairCode = undefined;
    },
  };
}

/** The token of an address, null where it has none, its pairing code, and the address without both. */
function takeFragment(url: URL): { given: string | null; code: string | undefined; rest: URL } {
  const fragment = new URLSearchParams(url.hash.slice(1));
  const given = fragment.get('token');
  const code = codeIn(fragment.get('pair') ?? '');
  fragment.delete('token');
  fragment.delete('pair');
  const rest = new URL(url);
  rest.hash = fragment.toString();
  return { given, code, rest };
}

function keyOf(shop: string): string {
  return `orderbell.token.${shop}`;
}

function ofShop(url: URL, shop: string, token?: string): URL {
  const other = new URL(url);
  other.hash = token === undefined ? '' : new URLSearchParams({ token }).toString();
  other.searchParams.set('shop', shop);
  return other;
}
