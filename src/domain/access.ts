/** Who may do what: the scopes, what a caller was granted, and whether that covers a shop. Pure. */

/** What a token may allow; the names are those of its claim `scope`. */
export const SCOPES = [
  'listen',
  'orders:write',
  'payments:notify',
  'reminders:write',
  'log:read',
  'ops',
] as const;
export type Scope = (typeof SCOPES)[number];

/** What a caller has shown to be allowed. */
export interface Grant {
  /** The token's `sub`; for the log lines and for limits. */
  readonly subject: string;
  readonly shops: '*' | readonly string[];
  readonly scopes: readonly Scope[];
  /** Milliseconds since 1970; undefined never ends. */
  readonly expiresAt?: number;
}

/** What everybody has where there is no authentication. */
export const ANYBODY: Grant = { subject: 'anybody', shops: '*', scopes: SCOPES };

/** What came of a caller's credentials. */
export type Admission =
  | { ok: true; grant: Grant }
  /** `unauthenticated`: none or not valid. `unavailable`: the keys to check them with cannot be had now. */
  | { ok: false; reason: 'unauthenticated' | 'unavailable'; message: string };

export function hasScope(grant: Grant, scope: Scope): boolean {
  return grant.scopes.includes(scope);
}

export function coversShop(grant: Grant, shopId: string): boolean {
  return grant.shops === '*' || grant.shops.includes(shopId);
}
