/**
 * The claims of a token that was found authentic: what it grants. Pure. Guarantees that shops and scopes are well-formed;
 * scopes of others, which an identity provider may add, are left out.
 */

import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { type Grant, SCOPES } from '../domain/access.ts';
import { ShopId } from '../domain/order.ts';
import { TillId } from '../domain/till.ts';

/** What RFC 6749 section 3.3 allows in one scope. */
const Word = Type.String({ pattern: '^[\\x21\\x23-\\x5b\\x5d-\\x7e]+$' });

/**
 * One, or several as a list or with spaces between them, as `scope` has it. An item of a list is one word: an issuer may
 * let a user choose it, and then means one.
 */
const Words = Type.Union([Type.String({ maxLength: 4096 }), Type.Array(Word, { maxItems: 1000 })]);

const claims = Compile(
  Type.Object({
    sub: Type.String({ minLength: 1, maxLength: 255 }), // as OpenID Connect bounds it
    exp: Type.Number(),
    shop: Type.Optional(Words),
    scope: Type.Optional(Words),
    till: Type.Optional(TillId),
  }),
);
const shopId = Compile(ShopId);

/** Undefined if a claim is not as it should be. `skewSeconds` is how long after `exp` the token is taken still. */
export function readGrant(payload: unknown, skewSeconds: number): Omit<Grant, 'token'> | undefined {
  if (!claims.Check(payload)) return undefined;
  const shops = words(payload.shop);
  if (!shops.every((shop) => shop === '*' || shopId.Check(shop))) return undefined;
  const named = words(payload.scope);
  return {
    subject: payload.sub,
    shops: shops.includes('*') ? '*' : shops,
    scopes: SCOPES.filter((scope) => named.includes(scope)),
    ...(payload.till === undefined ? {} : { till: payload.till }),
    expiresAt: (payload.exp + skewSeconds) * 1000,
  };
}

function words(claim: string | readonly string[] | undefined): string[] {
  if (typeof claim !== 'string') return [...(claim ?? [])];
  return claim.split(' ').filter((word) => word !== '');
}
