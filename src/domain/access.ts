/** Who may do what: the scopes, what a caller was granted, and whether that covers a shop. Pure. */

import { DEFAULT_SHOP } from './order.ts';

/** What a token may allow; the names are those of its claim `scope`. */
export const SCOPES = [
  'listen',
  'orders:write',
  'payments:notify',
  'reminders:write',
  'log:read',
  'policy:write',
  'ops',
] as const;
export type Scope = (typeof SCOPES)[number];

/** What a caller has shown to be allowed. */
export interface Grant {
  /** The token's `sub`; for the log lines. */
  readonly subject: string;
  /** A name of the token that gives nothing of it away, for limits; undefined where none was shown. */
  readonly token?: string;
  readonly shops: '*' | readonly string[];
  readonly scopes: readonly Scope[];
  /** The paired till that the token is bound to; undefined for any other token. */
  readonly till?: string;
  /** Milliseconds since 1970; undefined never ends. */
  readonly expiresAt?: number;
}

/** What everybody has where there is no authentication. */
export const ANYBODY: Grant = { subject: 'anybody', shops: '*', scopes: SCOPES };

/** What a caller has who has shown nothing. */
export const NO_GRANT: Grant = { subject: 'nobody', shops: [], scopes: [] };

/** What came of a caller's credentials. */
export type Authentication =
  | { ok: true; grant: Grant }
  /**
   * `unauthenticated`: none or not valid. `till-removed`: of a till that was removed. `unavailable`: the keys to check
   * them with cannot be had now.
   */
  | { ok: false; reason: 'unauthenticated' | 'till-removed' | 'unavailable'; message: string };

/**
 * Looks into a caller's token, undefined where there is none. Answers at once where there is nothing to wait for, and
 * never rejects.
 */
export type Authenticate = (token: string | undefined) => Authentication | Promise<Authentication>;

/** Where there is no authentication: any caller, with any token. */
export const authenticateAnybody: Authenticate = () => ({ ok: true, grant: ANYBODY });

export function hasScope(grant: Grant, scope: Scope): boolean {
  return grant.scopes.includes(scope);
}

export function coversShop(grant: Grant, shopId: string): boolean {
  return grant.shops === '*' || grant.shops.includes(shopId);
}

/**
 * The shop that a caller acts for: the one that it names, else its only one, else the default. Undefined if the grant
 * does not cover that shop.
 */
export function shopOf(grant: Grant, asked: string | undefined): string | undefined {
  const [only, ...others] = grant.shops === '*' ? [] : grant.shops;
  const shop = asked ?? (others.length === 0 ? only : undefined) ?? DEFAULT_SHOP;
  return coversShop(grant, shop) ? shop : undefined;
}

/** Why `shopOf` found none, for the caller. */
export function shopRefusal(asked: string | undefined): string {
  return asked === undefined
    ? 'the token is for other shops: name one of them'
    : 'the token is not for this shop';
}
