/**
 * The claims of a token that was found authentic: what it grants. Pure. Guarantees that shops and scopes are well-formed;
 * scopes of others, which an identity provider may add, are left out.
 */

import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { type Grant, SCOPES } from '../domain/access.ts';
import { ShopId } from '../domain/order.ts';

/** One, or several as a list or with spaces between them, as `scope` has it (RFC 6749 section 3.3). */
const Words = Type.Union([Type.String({ maxLength: 4096 }), Type.Array(Type.String(), { maxItems: 1000 })]);

const claims = Compile(
  Type.Object({
    sub: Type.String({ minLength: 1, maxLength: 255 }), // as OpenID Connect bounds it
    exp: Type.Number(),
    shop: Type.Optional(Words),
    scope: Type.Optional(Words),
  }),
);
const shopId = Compile(ShopId);

/** Undefined if a claim is not as it should be. `skewSeconds` is how long after `exp` the token is taken still. */
export function readGrant(payload: unknown, skewSeconds: number): Grant | undefined {
  if (!claims.Check(payload)) return undefined;
  const shops = words(payload.shop);
  const isAll = shops.includes('*');
  if (!isAll && !shops.every((shop) => shopId.Check(shop))) return undefined;
  const said = words(payload.scope);
  return {
    subject: payload.sub,
    shops: isAll ? '*' : shops,
    scopes: SCOPES.filter((scope) => said.includes(scope)),
    expiresAt: (payload.exp + skewSeconds) * 1000,
  };
}

function words(claim: string | readonly string[] | undefined): string[] {
  return [claim ?? []].flat().flatMap((text) => text.split(' ').filter((word) => word !== ''));
}
