/** Whether callers show who they are: the keys that tokens are checked with, and what is open without one. */

import { type Keys, keysFromFile, keysFromUrl } from '../../auth/keys.ts';
import type { Config } from '../../config/config.ts';
import { AppError } from '../../platform/errors.ts';
import { createLogger } from '../../platform/logger.ts';
import { locationOf } from '../../platform/url-list.ts';
import { type Finding, ok, takeLooks, warn } from './finding.ts';

const CHECK = 'access';

export async function examineAccess({ env, auth, payments }: Config): Promise<Finding[]> {
  const open = env === 'production' ? openDoors({ auth, payments }) : [];
  if (auth.mode === 'none') return open;
  if (auth.secret !== '') return [...open, ok(CHECK, 'tokens are checked with a secret')];
  const look = { check: CHECK, take: () => keySetFinding(auth) };
  return [...open, ...(await takeLooks([look], () => false, 'see AUTH_JWKS_URL and AUTH_JWKS_FILE'))];
}

/** In production they were opened on purpose, and may have been forgotten. */
function openDoors({ auth, payments }: Pick<Config, 'auth' | 'payments'>): Finding[] {
  const unless = 'unless only the right ones get as far as this';
  return [
    ...(auth.mode === 'none'
      ? [warn(CHECK, 'anybody may listen and order', `set AUTH_MODE=jwt, ${unless}`)]
      : []),
    ...(payments.providers.includes('own') && payments.verify === 'none'
      ? [warn(CHECK, 'anybody may say that an order is paid', `set PAYMENTS_VERIFY=hmac, ${unless}`)]
      : []),
  ];
}

async function keySetFinding({ jwksUrl, jwksFile }: Config['auth']): Promise<Finding> {
  const silent = createLogger('silent');
  const { key } = await (jwksUrl === '' ? keysFromFile(jwksFile, silent) : keysFromUrl(jwksUrl, silent));
  await askForNobodysKey(key);
  return ok(CHECK, `the key set of ${jwksUrl === '' ? jwksFile : locationOf(jwksUrl)} can be had`);
}

/** Rejects with `keys-unavailable` where there is no key set to look for it in. */
async function askForNobodysKey(key: Keys['key']): Promise<void> {
  if (typeof key !== 'function') return;
  try {
    await key({ alg: 'RS256', kid: 'nobody' }, { payload: '', signature: '' });
  } catch (error) {
    if (error instanceof AppError) throw error;
  }
}
