/** The key that tokens are signed with: our secret, or the private one of a key set. */

import { createPrivateKey, createSecretKey, type KeyObject } from 'node:crypto';
import { AppError, messageOf } from '../platform/errors.ts';

export interface SigningKey {
  key: KeyObject;
  algorithm: string;
  /** Which key of the set it is; undefined where the key does not say. */
  kid: string | undefined;
}

export function signingSecret(secret: string): SigningKey {
  return { key: createSecretKey(Buffer.from(secret, 'utf8')), algorithm: 'HS256', kid: undefined };
}

/** Reads a private key in PEM or as a JWK. Throws `config-invalid` for what is none, or of a kind that we do not take. */
export function readSigningKey(text: string): SigningKey {
  const { key, kid } = parse(text);
  const curve = key.asymmetricKeyDetails?.namedCurve;
  const kind = [key.asymmetricKeyType, curve].filter((part) => part !== undefined).join(' ');
  const algorithm = ALGORITHM_OF[kind];
  if (algorithm === undefined) {
    throw new AppError('config-invalid', `the key is of the kind ${kind}: it must be RSA, P-256 or Ed25519`);
  }
  return { key, algorithm, kid };
}

/** By Node's name of the kind, and of the curve where there are several. */
const ALGORITHM_OF: Readonly<Record<string, string>> = {
  rsa: 'RS256',
  'ec prime256v1': 'ES256',
  ed25519: 'EdDSA',
};

function parse(text: string): Pick<SigningKey, 'key' | 'kid'> {
  try {
    if (!text.trimStart().startsWith('{')) return { key: createPrivateKey(text), kid: undefined };
    const jwk = JSON.parse(text);
    return { key: createPrivateKey({ key: jwk, format: 'jwk' }), kid: jwk.kid };
  } catch (error) {
    throw new AppError(
      'config-invalid',
      `the key is no private key in PEM or as a JWK: ${messageOf(error)}`,
      error,
    );
  }
}
