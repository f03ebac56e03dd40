/** What a token says of itself, unchecked: it only helps to word what the service decides. */

export interface TokenClaims {
  /** Good for one shop alone. */
  readonly shop: string | undefined;
  /** May receive alerts. */
  readonly listens: boolean;
  /** May pair tills, and remove them. */
  readonly operates: boolean;
  /** In milliseconds since 1970. */
  readonly startsAt: number | undefined;
  readonly endsAt: number | undefined;
}

const SHOP = /^[A-Za-z0-9_-]{1,64}$/;

/** Undefined for what is no such token. */
export function claimsOf(token: string | undefined): TokenClaims | undefined {
  const [, payload = ''] = token?.split('.') ?? [];
  try {
    const claims: unknown = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')));
    if (!isObject(claims)) return undefined;
    const [only, ...others] = [claims.shop].flat();
    const isOne = typeof only === 'string' && others.length === 0 && SHOP.test(only);
    const scopes = [claims.scope].flat().flatMap((words) => String(words ?? '').split(' '));
    return {
      shop: isOne ? only : undefined,
      listens: scopes.includes('listen'),
      operates: scopes.includes('ops'),
      startsAt: typeof claims.iat === 'number' ? claims.iat * 1000 : undefined,
      endsAt: typeof claims.exp === 'number' ? claims.exp * 1000 : undefined,
    };
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
