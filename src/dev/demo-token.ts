/** Tokens to try things out with. Guarantees that `AUTH_MODE=jwt` alone is enough to start. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { mintToken } from '../auth/mint-token.ts';
import { signingSecret } from '../auth/signing-key.ts';
import type { Config } from '../config/config.ts';
import { SCOPES } from '../domain/access.ts';
import { keptPassword } from './secret.ts';

type Env = Record<string, string | undefined>;

const TWELVE_HOURS = 12 * 3600;

/** The same variables, with a secret kept in `dir` where tokens are wanted and there is nothing to check them with. */
export function withSecret(env: Env, dir: string): Env {
  const { AUTH_MODE, AUTH_SECRET, AUTH_JWKS_URL, AUTH_JWKS_FILE } = env;
  if (AUTH_MODE !== 'jwt' || AUTH_SECRET || AUTH_JWKS_URL || AUTH_JWKS_FILE) return env;
  mkdirSync(dir, { recursive: true });
  return { ...env, AUTH_SECRET: keptPassword(join(dir, 'auth-secret')) };
}

/** Lets its bearer do everything in one shop. Undefined where no tokens are wanted, or another issuer mints them. */
export async function demoToken(
  { mode, secret, issuer, audience }: Config['auth'],
  shopId: string,
): Promise<string | undefined> {
  if (mode === 'none' || secret === '') return undefined;
  const request = { subject: 'demo', shops: [shopId], scopes: SCOPES, expiresInSeconds: TWELVE_HOURS };
  const { token } = await mintToken({ ...request, issuer, audience }, signingSecret(secret), Date.now());
  return token;
}
