/**
 * Which shop the page is of, and the token it shows: `/?shop=corner#token=…`. The fragment never goes to a server; it
 * moves to the tab's storage at once, and leaves the address bar, where somebody could read or copy it.
 */

export interface Access {
  readonly shop: string;
  token(): string | undefined;
  signIn(token: string): void;
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
  const shop = url.searchParams.get('shop') || DEFAULT_SHOP;
  const key = `orderbell.token.${shop}`;
  const fragment = new URLSearchParams(url.hash.slice(1));
  const given = fragment.get('token');
  if (given !== null) {
    if (given !== '') storage.setItem(key, given);
    const rest = new URL(url);
    fragment.delete('token');
    rest.hash = fragment.toString();
    replaceUrl(rest);
  }
  return {
    shop,
    token: () => storage.getItem(key) ?? undefined,
    signIn: (token) => storage.setItem(key, token.trim()),
  };
}
