/**
 * Who may do what, as it is configured: the sections `auth` and `payments`, and what cannot be true of them together.
 * Guarantees that in production nobody is let in without credentials unless somebody has said so.
 */

import { between, FLAG, listOf, matching } from './formats.ts';
import { bytesOf, canBeGuessed } from './secrets.ts';

const AUTH_MODES = ['none', 'jwt'] as const;
const PAYMENT_CHECKS = ['none', 'hmac'] as const;
const ALGORITHMS = ['HS256', 'RS256', 'ES256', 'EdDSA'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** As long as the hash, or a key could be guessed sooner than a signature (RFC 7518 section 3.2). */
const MIN_SECRET_BYTES = 32;
const MAX_PAYMENT_SECRETS = 2;

const isLong = (text: string) => bytesOf(text).length >= MIN_SECRET_BYTES;
const isSecret = (text: string) => isLong(text) && !canBeGuessed(text);

function secretOrNone(value: unknown): void {
  if (value === '') return;
  if (typeof value !== 'string' || !isLong(value)) {
    throw new Error(`must have at least ${MIN_SECRET_BYTES} bytes`);
  }
  if (canBeGuessed(value)) {
    throw new Error('can be guessed: take a random one, such as of openssl rand -hex 32');
  }
}

export const authSchema = {
  mode: {
    doc: '`jwt` wants a token of everybody, `none` lets anybody do everything; in production only with `ALLOW_ANONYMOUS=true`.',
    format: [...AUTH_MODES],
    default: 'none' as (typeof AUTH_MODES)[number],
    env: 'AUTH_MODE',
  },
  allowAnonymous: {
    doc: '`true` lets the service start in production although `auth.mode` is `none`.',
    format: FLAG,
    default: false,
    env: 'ALLOW_ANONYMOUS',
  },
  secret: {
    doc: 'The secret of at least 32 random bytes that tokens are signed with (HS256). This, or a key set.',
    format: secretOrNone,
    default: '',
    env: 'AUTH_SECRET',
    sensitive: true,
  },
  jwksUrl: {
    doc: 'Where the key set (JWKS) is that tokens are checked with, as `https://…`.',
    format: matching(/^(https?:\/\/[^\s/].*)?$/, 'an http:// or https:// URL'),
    default: '',
    env: 'AUTH_JWKS_URL',
  },
  jwksFile: {
    doc: 'The file of the key set, instead of a URL; it is read again when a token names a key that it had not.',
    format: String,
    default: '',
    env: 'AUTH_JWKS_FILE',
  },
  algorithms: {
    doc: 'The only algorithms that are taken; else `HS256` with a secret, and `RS256,ES256,EdDSA` with a key set.',
    format: listOf('algorithms', `a list of ${ALGORITHMS.join(', ')}`, (item) =>
      ALGORITHMS.some((known) => known === item),
    ),
    default: [] as Algorithm[],
    env: 'AUTH_ALGORITHMS',
  },
  issuer: {
    doc: 'The `iss` that a token must have. Required with a key set; empty takes any.',
    format: String,
    default: '',
    env: 'AUTH_ISSUER',
  },
  audience: {
    doc: 'What must be among the `aud` of a token. Required with a key set; empty takes any.',
    format: String,
    default: '',
    env: 'AUTH_AUDIENCE',
  },
  maxTokenDays: {
    doc: 'How far away the end of a token may be, since none can be taken back before it; 0: any time.',
    format: between(0, 36_500),
    default: 90,
    env: 'AUTH_MAX_TOKEN_DAYS',
  },
  queryToken: {
    doc: '`true` lets a socket show its token as `?token=` as well; addresses end up in logs and histories.',
    format: FLAG,
    default: false,
    env: 'AUTH_QUERY_TOKEN',
  },
  clockSkewSeconds: {
    doc: "By how much the issuer's clock may differ from ours.",
    format: between(0, 300),
    default: 5,
    env: 'AUTH_CLOCK_SKEW_SECONDS',
  },
};

export const paymentsSchema = {
  verify: {
    doc: 'How payment callbacks are checked: `hmac`, by their signature; `none`, in production only with `ALLOW_UNSIGNED_PAYMENTS=true`.',
    format: [...PAYMENT_CHECKS],
    default: 'none' as (typeof PAYMENT_CHECKS)[number],
    env: 'PAYMENTS_VERIFY',
  },
  allowUnsigned: {
    doc: '`true` lets the service start in production although `payments.verify` is `none`.',
    format: FLAG,
    default: false,
    env: 'ALLOW_UNSIGNED_PAYMENTS',
  },
  secrets: {
    doc: 'The secret of at least 32 random bytes that callbacks are signed with, another than `auth.secret`; while it is changed both, separated by a comma.',
    format: listOf(
      'payment-secrets',
      `a list of secrets of at least ${MIN_SECRET_BYTES} bytes that cannot be guessed`,
      isSecret,
    ),
    default: [] as string[],
    env: 'PAYMENTS_SECRETS',
    sensitive: true,
  },
  windowSeconds: {
    doc: 'How far the time of a signature may be from ours, in either direction.',
    format: between(1, 3600),
    default: 300,
    env: 'PAYMENTS_WINDOW_SECONDS',
  },
};

export interface AccessConfig {
  readonly env: string;
  readonly auth: {
    readonly mode: (typeof AUTH_MODES)[number];
    readonly allowAnonymous: boolean;
    readonly secret: string;
    readonly jwksUrl: string;
    readonly jwksFile: string;
    readonly algorithms: readonly Algorithm[];
    readonly issuer: string;
    readonly audience: string;
  };
  readonly payments: {
    readonly verify: (typeof PAYMENT_CHECKS)[number];
    readonly allowUnsigned: boolean;
    readonly secrets: readonly string[];
  };
}

/** One line for each thing that does not go together, `key: rule`. Each value by itself is right already. */
export function accessFaults({ env, auth, payments }: AccessConfig): string[] {
  const faults = auth.mode === 'jwt' ? keyFaults(auth) : [];
  if (env === 'production' && auth.jwksUrl.startsWith('http://')) {
    faults.push(
      'auth.jwksUrl: must be https:// in production, or others on the way could put in keys of theirs',
    );
  }
  if (payments.verify === 'hmac' && payments.secrets.length === 0) {
    faults.push('payments.verify: hmac needs a secret in PAYMENTS_SECRETS');
  }
  if (payments.secrets.includes(auth.secret)) {
    faults.push('payments.secrets: must not be AUTH_SECRET: whoever may sign payments could make tokens');
  }
  if (payments.secrets.length > MAX_PAYMENT_SECRETS) {
    faults.push(`payments.secrets: may be ${MAX_PAYMENT_SECRETS} at the most`);
  }
  return faults;
}

function keyFaults(auth: AccessConfig['auth']): string[] {
  const sources = [auth.secret, auth.jwksUrl, auth.jwksFile].filter((source) => source !== '');
  if (sources.length !== 1) {
    const said = sources.length === 0 ? 'needs' : 'takes only';
    return [`auth.mode: jwt ${said} one of AUTH_SECRET, AUTH_JWKS_URL and AUTH_JWKS_FILE`];
  }
  if (auth.secret !== '') {
    const isPinned = auth.algorithms.every((algorithm) => algorithm === 'HS256');
    return isPinned ? [] : ['auth.algorithms: can only be HS256 with AUTH_SECRET'];
  }
  const faults: string[] = [];
  // Whoever knows a public key could sign with it as if it were a secret.
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
  if (payments.verify === 'none' && !payments.allowUnsigned) {
    const rule = 'none takes payment callbacks without a signature';
    faults.push(`payments.verify: ${rule}, ${unless('ALLOW_UNSIGNED_PAYMENTS')}`);
  }
  return faults;
}
