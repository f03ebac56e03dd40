/**
 * The shop that a token is good for, by its claim `shop`. It only spares people the typing: whether it is true is
 * the service's to check.
 */

const SHOP = /^[A-Za-z0-9_-]{1,64}$/;

/** Undefined for one that is good for several or all, and for what is no such token. */
export function shopOfToken(token: string): string | undefined {
  const [, payload = ''] = token.split('.');
  try {
    const claims: unknown = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')));
    const shop = typeof claims === 'object' && claims !== null && 'shop' in claims ? claims.shop : undefined;
    const [only, ...others] = [shop].flat();
    return typeof only === 'string' && others.length === 0 && SHOP.test(only) ? only : undefined;
  } catch {
    return undefined;
  }
}
