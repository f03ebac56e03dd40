/** Making tokens: for tills, for other services, and to try things out. */

import { SignJWT } from 'jose';
import type { Scope } from '../domain/access.ts';
import type { SigningKey } from './signing-key.ts';

export interface TokenRequest {
  subject: string;
  shops: '*' | readonly string[];
  scopes: readonly Scope[];
  expiresInSeconds: number;
  /** The paired till that it is bound to. */
  till?: string;
  /** Empty leaves the claim out. */
  issuer: string;
  audience: string;
}

export interface MintedToken {
  token: string;
  /** ISO 8601, in UTC. */
  expiresAt: string;
}

/** `now` is in milliseconds since 1970. */
export async function mintToken(request: TokenRequest, key: SigningKey, now: number): Promise<MintedToken> {
  const { subject, shops, scopes, till, issuer, audience } = request;
  const issuedAt = Math.floor(now / 1000);
  const expiresAt = issuedAt + request.expiresInSeconds;
  const [only, ...others] = shops;
  const jwt = new SignJWT({
    shop: others.length === 0 ? only : shops,
    scope: scopes.join(' '),
    ...(till === undefined ? {} : { till }),
  })
    .setProtectedHeader({
      alg: key.algorithm,
      typ: 'JWT',
      ...(key.kid === undefined ? {} : { kid: key.kid }),
    })
    .setSubject(subject)
    .setIssuedAt(issuedAt)
    .setExpirationTime(expiresAt);
  if (issuer !== '') jwt.setIssuer(issuer);
  if (audience !== '') jwt.setAudience(audience);
  return { token: await jwt.sign(key.key), expiresAt: new Date(expiresAt * 1000).toISOString() };
}
