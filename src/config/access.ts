/**
 * What the sections `auth` and `payments` must not say together. In production the service takes no caller without
 * credentials unless the configuration says so.
 */

import { type PaymentsConfig, paymentFaults } from './payments.ts';
import type { Algorithm, AuthMode } from './sections/auth.ts';

export interface AccessConfig {
  readonly env: string;
  readonly auth: {
    readonly mode: AuthMode;
    readonly allowAnonymous: boolean;
    readonly secret: string;
    readonly jwksUrl: string;
    readonly jwksFile: string;
    readonly algorithms: readonly Algorithm[];
    readonly issuer: string;
    readonly audience: string;
  };
  readonly payments: PaymentsConfig & { readonly allowUnsigned: boolean };
}

/** One line for each thing that does not go together, `key: rule`. Each value by itself is right already. */
export function accessFaults({ env, auth, payments }: AccessConfig): string[] {
  const faults = auth.mode === 'jwt' ? keyFaults(auth) : [];
  if (env === 'production' && auth.jwksUrl.startsWith('http://')) {
    faults.push(
      'auth.jwksUrl: must be https:// in production, or others on the way could put in keys of theirs',
    );
  }
  return [...faults, ...paymentFaults(payments, auth.secret)];
}

function keyFaults(auth: AccessConfig['auth']): string[] {
  const sources = [auth.secret, auth.jwksUrl, auth.jwksFile].filter((source) => source !== '');
  if (sources.length !== 1) {
    const verb = sources.length === 0 ? 'needs' : 'takes only';
    return [`auth.mode: jwt ${verb} one of AUTH_SECRET, AUTH_JWKS_URL and AUTH_JWKS_FILE`];
  }
  if (auth.secret !== '') {
    const isPinned = auth.algorithms.every((algorithm) => algorithm === 'HS256');
    return isPinned ? [] : ['auth.algorithms: can only be HS256 with AUTH_SECRET'];
  }
  const faults: string[] = [];
  // A caller that knows a public key could sign with it as if it were a secret.
  if (auth.algorithms.includes('HS256')) faults.push('auth.algorithms: cannot be HS256 with a key set');
  for (const key of ['issuer', 'audience'] as const) {
    if (auth[key] === '') faults.push(`auth.${key}: is required with a key set, which signs for others too`);
  }
  return faults;
}

/** Why the service must not start: one line for each door that would be open, `key: rule`. */
export function anonymityFaults({ env, auth, payments }: AccessConfig): string[] {
  if (env !== 'production') return [];
  const unless = (consent: string) => `which production allows only with ${consent}=true`;
  const faults: string[] = [];
  if (auth.mode === 'none' && !auth.allowAnonymous) {
    faults.push(`auth.mode: none lets anybody listen and order, ${unless('ALLOW_ANONYMOUS')}`);
  }
  if (payments.providers.includes('own') && payments.verify === 'none' && !payments.allowUnsigned) {
    const rule = 'none takes payment callbacks without a signature';
    faults.push(`payments.verify: ${rule}, ${unless('ALLOW_UNSIGNED_PAYMENTS')}`);
  }
  return faults;
}
