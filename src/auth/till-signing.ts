/**
 * What tills' tokens are signed with, and the key of the hashes of pairing codes, which is derived from it. Where this
 * service only checks tokens that others sign, there is none, and the reason is said.
 */

import { hkdfSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Authenticate } from '../domain/access.ts';
import { TILL_SCOPES } from '../domain/till.ts';
import { AppError, messageOf } from '../platform/errors.ts';
import { mintToken } from './mint-token.ts';
import { readSigningKey, type SigningKey, signingSecret } from './signing-key.ts';

export interface TillSigningSettings {
  readonly mode: 'none' | 'jwt';
  readonly secret: string;
  readonly issuer: string;
  readonly audience: string;
  readonly keyFile: string;
}

export interface TillSigning {
  readonly key: SigningKey;
  readonly issuer: string;
  readonly audience: string;
  /** For HMAC-SHA-256: a reader of the database alone cannot try codes against their hashes. */
  readonly codeKey: Uint8Array;
}

/** A message for the operator where there is nothing to sign with. Rejects with `config-invalid` where the key is none. */
export async function openTillSigning(settings: TillSigningSettings): Promise<TillSigning | string> {
  const { mode, secret, issuer, audience, keyFile } = settings;
  if (mode === 'none') return 'no caller needs a token (AUTH_MODE=none)';
  if (secret !== '') return signingBy(signingSecret(secret), secret, issuer, audience);
  if (keyFile === '')
    return 'this service has no key to sign with: set PAIRING_KEY_FILE, or give the till a token';
  const text = await readFile(keyFile, 'utf8').catch((error) => {
    throw new AppError('config-invalid', `PAIRING_KEY_FILE cannot be read: ${messageOf(error)}`, error);
  });
  return signingBy(readSigningKey(text), text, issuer, audience);
}

function signingBy(key: SigningKey, material: string, issuer: string, audience: string): TillSigning {
  const codeKey = new Uint8Array(hkdfSync('sha256', material, '', 'orderbell pairing codes', 32));
  return { key, issuer, audience, codeKey };
}

/** Rejects with `config-invalid` where the service itself would refuse what it signs. Keys that are away prove nothing. */
export async function assertSigningFits(
  { key, issuer, audience }: TillSigning,
  authenticate: Authenticate,
): Promise<void> {
  const request = { subject: 'till:none', shops: ['default'], scopes: TILL_SCOPES, expiresInSeconds: 60 };
  const { token } = await mintToken({ ...request, issuer, audience }, key, Date.now());
  const checked = await authenticate(token);
  if (checked.ok || checked.reason === 'unavailable') return;
  throw new AppError(
    'config-invalid',
    `PAIRING_KEY_FILE: the service refuses what this key signs (${checked.message}): its public key must be in the key set`,
  );
}
