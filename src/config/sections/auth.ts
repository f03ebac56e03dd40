/** Which tokens the service takes. */

import { between, FLAG, listOf } from '../formats.ts';
import { secret } from '../secrets.ts';
import { httpUrl, orNone } from '../urls.ts';

const MODES = ['none', 'jwt'] as const;
const ALGORITHMS = ['HS256', 'RS256', 'ES256', 'EdDSA'] as const;
export type AuthMode = (typeof MODES)[number];
export type Algorithm = (typeof ALGORITHMS)[number];

export const authSection = {
  mode: {
    doc: '`jwt` wants a token of everybody, `none` lets anybody do everything; in production only with `ALLOW_ANONYMOUS=true`.',
    format: [...MODES],
    default: 'none' as AuthMode,
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
    format: orNone(secret),
    default: '',
    env: 'AUTH_SECRET',
    sensitive: true,
  },
  jwksUrl: {
    doc: 'Where the key set (JWKS) is that tokens are checked with, as `https://…`.',
    format: orNone(httpUrl),
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
