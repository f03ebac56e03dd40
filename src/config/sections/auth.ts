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
    doc: '`jwt` asks every caller for a token. `none` lets any caller do everything, in production only with `ALLOW_ANONYMOUS=true`.',
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
    doc: 'The URL of the key set (JWKS) that checks tokens, as `https://…`.',
    format: orNone(httpUrl),
    default: '',
    env: 'AUTH_JWKS_URL',
  },
  jwksFile: {
    doc: 'The file of the key set, instead of a URL. The service reads it again when a token names an unknown key.',
    format: String,
    default: '',
    env: 'AUTH_JWKS_FILE',
  },
  algorithms: {
    doc: 'The only algorithms that are accepted; else `HS256` with a secret, and `RS256,ES256,EdDSA` with a key set.',
    format: listOf('algorithms', `a list of ${ALGORITHMS.join(', ')}`, (item) =>
      ALGORITHMS.some((known) => known === item),
    ),
    default: [] as Algorithm[],
    env: 'AUTH_ALGORITHMS',
  },
  issuer: {
    doc: 'The `iss` that a token must have. Required with a key set; empty accepts any.',
    format: String,
    default: '',
    env: 'AUTH_ISSUER',
  },
  audience: {
    doc: 'What must be among the `aud` of a token. Required with a key set; empty accepts any.',
    format: String,
    default: '',
    env: 'AUTH_AUDIENCE',
  },
  maxTokenDays: {
    doc: 'How many days away the end of a token may be at most, since only the tokens of paired tills can be revoked; 0: no limit.',
    format: between(0, 36_500),
    default: 90,
    env: 'AUTH_MAX_TOKEN_DAYS',
  },
  queryToken: {
    doc: '`true` lets a socket send its token as `?token=` as well. Addresses end up in logs and histories.',
    format: FLAG,
    default: false,
    env: 'AUTH_QUERY_TOKEN',
  },
  clockSkewSeconds: {
    doc: "How far the issuer's clock may differ from ours.",
    format: between(0, 300),
    default: 5,
    env: 'AUTH_CLOCK_SKEW_SECONDS',
  },
};
