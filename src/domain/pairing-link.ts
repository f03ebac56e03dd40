/** The link that pairs a till at once. Pure. */

/** The code stands in the fragment, which a browser sends to no server. `page` is the console's address. */
export function pairingLink(page: string, shopId: string, code: string): string {
  const url = new URL(page);
  url.searchParams.set('shop', shopId);
  url.hash = `pair=${code}`;
  return url.href;
}
