/** Which settings of who may do what are refused, alone and together. */

import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { assertServable, loadConfig } from '../../../src/config/load.ts';

const SECRET = 'a secret of thirty-two bytes, ok';
const OTHER = 'another secret of 32 bytes, fine';
const OTHER_DOOR = 'one for all the doors of 32 bytes';
const KEY_SET = { AUTH_MODE: 'jwt', AUTH_JWKS_FILE: 'keys.json', AUTH_ISSUER: 'i', AUTH_AUDIENCE: 'a' };

const load = (env: Record<string, string>) =>
  loadConfig({ DATABASE_URL: 'postgres://localhost/o', AMQP_URL: 'amqp://localhost', ...env });

function faultOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    expect(error).to.have.property('code', 'config-invalid');
    return error instanceof Error ? error.message.replace('the configuration is not valid: ', '') : '';
  }
  throw new Error('it was accepted');
}

describe('the configuration of access', () => {
  it('takes a secret alone, a key set by URL or by file', () => {
    expect(load({ AUTH_MODE: 'jwt', AUTH_SECRET: SECRET }).auth.secret).to.equal(SECRET);
    expect(load(KEY_SET).auth.jwksFile).to.equal('keys.json');
    const url = 'https://id.example/keys';
    const { auth } = load({ ...KEY_SET, AUTH_JWKS_FILE: '', AUTH_JWKS_URL: url });
    expect(auth.jwksUrl).to.equal(url);
  });

  it('takes whatever is random, in any way in which it is written', () => {
    for (let times = 0; times < 200; times++) {
      for (const form of ['hex', 'base64', 'base64url'] as const) {
        const secret = randomBytes(form === 'hex' ? 16 : 24).toString(form);
        expect(load({ AUTH_SECRET: secret }).auth.secret).to.equal(secret);
      }
    }
  });

  it('takes a key set over plain HTTP where nothing is at stake', () => {
    const plain = { ...KEY_SET, AUTH_JWKS_FILE: '', AUTH_JWKS_URL: 'http://127.0.0.1:1/keys' };
    expect(load({ ...plain, NODE_ENV: 'development' }).auth.jwksUrl).to.equal(plain.AUTH_JWKS_URL);
  });

  it('reads lists from variables', () => {
    const { auth, payments, gateway } = load({
      ...KEY_SET,
      AUTH_ALGORITHMS: 'ES256, EdDSA',
      PAYMENTS_SECRETS: `${SECRET.replace(',', ';')},${OTHER.replace(',', ';')}`,
      GATEWAY_ALLOWED_ORIGINS: 'https://shop.example, https://*.shop.example:8443,null',
    });
    expect(auth.algorithms).to.deep.equal(['ES256', 'EdDSA']);
    expect(payments.secrets).to.have.length(2);
    expect(gateway.allowedOrigins).to.have.length(3);
  });

  const refused: [string, Record<string, string>, string][] = [
    [
      'jwt without a key',
      { AUTH_MODE: 'jwt' },
      'auth.mode (AUTH_MODE): jwt needs one of AUTH_SECRET, AUTH_JWKS_URL and AUTH_JWKS_FILE',
    ],
    [
      'a secret beside a key set',
      { ...KEY_SET, AUTH_SECRET: SECRET },
      'auth.mode (AUTH_MODE): jwt takes only one of AUTH_SECRET, AUTH_JWKS_URL and AUTH_JWKS_FILE',
    ],
    [
      'two key sets',
      { ...KEY_SET, AUTH_JWKS_URL: 'https://id.example/keys' },
      'auth.mode (AUTH_MODE): jwt takes only one of AUTH_SECRET, AUTH_JWKS_URL and AUTH_JWKS_FILE',
    ],
    [
      'HS256 with a key set',
      { ...KEY_SET, AUTH_ALGORITHMS: 'HS256,RS256' },
      'auth.algorithms (AUTH_ALGORITHMS): cannot be HS256 with a key set',
    ],
    [
      'RS256 with a secret',
      { AUTH_MODE: 'jwt', AUTH_SECRET: SECRET, AUTH_ALGORITHMS: 'RS256' },
      'auth.algorithms (AUTH_ALGORITHMS): can only be HS256 with AUTH_SECRET',
    ],
    [
      'an algorithm that is none of ours',
      { ...KEY_SET, AUTH_ALGORITHMS: 'none' },
      'auth.algorithms (AUTH_ALGORITHMS): must be a list of HS256, RS256, ES256, EdDSA',
    ],
    [
      'a key set without an issuer and an audience',
      { AUTH_MODE: 'jwt', AUTH_JWKS_FILE: 'keys.json' },
      'auth.issuer (AUTH_ISSUER): is required with a key set, which signs for others too; ' +
        'auth.audience (AUTH_AUDIENCE): is required with a key set, which signs for others too',
    ],
    [
      'a secret of 31 bytes',
      { AUTH_SECRET: SECRET.slice(1) },
      'auth.secret (AUTH_SECRET): must have at least 32 bytes',
    ],
    [
      'a URL that is none',
      { AUTH_JWKS_URL: 'file:///keys' },
      'auth.jwksUrl (AUTH_JWKS_URL): must be an http:// or https:// URL',
    ],
    [
      'a URL that no client can take',
      { AUTH_JWKS_URL: 'https://keys.example:port/set' },
      'auth.jwksUrl (AUTH_JWKS_URL): is no URL: encode what is special in user and password, such as %23 for #',
    ],
    [
      'a URL without a host',
      { AUTH_JWKS_URL: 'https:///set' },
      'auth.jwksUrl (AUTH_JWKS_URL): must be an http:// or https:// URL',
    ],
    [
      'an unclear consent',
      { ALLOW_ANONYMOUS: '1' },
      'auth.allowAnonymous (ALLOW_ANONYMOUS): must be true or false',
    ],
    [
      'an unclear consent to unsigned payments',
      { ALLOW_UNSIGNED_PAYMENTS: 'yes' },
      'payments.allowUnsigned (ALLOW_UNSIGNED_PAYMENTS): must be true or false',
    ],
    [
      'hmac without a secret',
      { PAYMENTS_VERIFY: 'hmac' },
      'payments.verify (PAYMENTS_VERIFY): hmac needs a secret in PAYMENTS_SECRETS',
    ],
    [
      'a short secret among good ones',
      { PAYMENTS_SECRETS: `${OTHER},short` },
      'payments.secrets (PAYMENTS_SECRETS): must be a list of secrets of at least 32 bytes that cannot be guessed',
    ],
    [
      'three secrets',
      {
        PAYMENTS_SECRETS: ['one', 'two', 'three']
          .map((word) => `${word} of the secrets of all payments`)
          .join(),
      },
      'payments.secrets (PAYMENTS_SECRETS): may be 2 at the most',
    ],
    [
      'one secret for both doors',
      { AUTH_SECRET: OTHER_DOOR, PAYMENTS_SECRETS: `${SECRET.replace(',', ';')},${OTHER_DOOR}` },
      'payments.secrets (PAYMENTS_SECRETS): must not be AUTH_SECRET: a sender of payments could make tokens',
    ],
    ...[
      'a'.repeat(32),
      '0'.repeat(64),
      'ab'.repeat(20),
      'abcdefg'.repeat(5),
      'abcdefghijklmnop'.repeat(2),
      '0123456789'.repeat(4),
      'abcdefghijklmnopqrstuvwxyz0123456789',
      'changeme-changeme-please-before-use',
      'change-me-to-something-much-longer!',
      'CHANGE_ME_BEFORE_YOU_START_THIS_UP!',
      'please replace this with your own 1',
      'your-256-bit-secret-your-256-bit-se',
      'a-string-secret-at-least-256-bits-long',
      'my super secret password, 32 bytes!',
      'this is a placeholder, 32 bytes long',
    ].map((secret): [string, Record<string, string>, string] => [
      `a secret that can be guessed: ${secret}`,
      { AUTH_SECRET: secret },
      'auth.secret (AUTH_SECRET): can be guessed: take a random one, such as of openssl rand -hex 32',
    ]),
    [
      'a payment secret that can be guessed among good ones',
      { PAYMENTS_SECRETS: `${OTHER_DOOR},${'x'.repeat(32)}` },
      'payments.secrets (PAYMENTS_SECRETS): must be a list of secrets of at least 32 bytes that cannot be guessed',
    ],
    [
      'a key set over plain HTTP in production',
      { ...KEY_SET, NODE_ENV: 'production', AUTH_JWKS_FILE: '', AUTH_JWKS_URL: 'http://id.example/keys' },
      'auth.jwksUrl (AUTH_JWKS_URL): must be https:// in production, or others on the way could put in keys of theirs',
    ],
    [
      'a most of days that is none',
      { AUTH_MAX_TOKEN_DAYS: '-1' },
      'auth.maxTokenDays (AUTH_MAX_TOKEN_DAYS): must be a whole number from 0 to 36500',
    ],
    [
      'an origin with a path',
      { GATEWAY_ALLOWED_ORIGINS: 'https://shop.example/' },
      'gateway.allowedOrigins (GATEWAY_ALLOWED_ORIGINS): must be a list of origins such as https://shop.example, or *',
    ],
    [
      'a wildcard within a name',
      { GATEWAY_ALLOWED_ORIGINS: 'https://shop*.example' },
      'gateway.allowedOrigins (GATEWAY_ALLOWED_ORIGINS): must be a list of origins such as https://shop.example, or *',
    ],
  ];
  for (const [what, env, printed] of refused) {
    it(`refuses ${what} in one line that names the variable`, () => {
      expect(faultOf(() => load(env)).replace(/: value was .*$/, '')).to.equal(printed);
    });
  }

  it('keeps wrong secrets out of what it says', () => {
    const printed = faultOf(() => load({ AUTH_SECRET: 'hunter2', PAYMENTS_SECRETS: 'hunter2' }));
    expect(printed)
      .to.contain('AUTH_SECRET')
      .and.to.contain('PAYMENTS_SECRETS')
      .and.not.to.contain('hunter2');
  });
});

describe('an anonymous service', () => {
  const SAFE = {
    AUTH_MODE: 'jwt',
    AUTH_SECRET: SECRET,
    PAYMENTS_VERIFY: 'hmac',
    PAYMENTS_SECRETS: OTHER_DOOR,
  };
  const serve = (env: Record<string, string>) => assertServable(load(env));

  it('is refused in production, and the reason fits one line', () => {
    const printed = faultOf(() => serve({ NODE_ENV: 'production' }));
    expect(printed).to.match(/auth\.mode \(AUTH_MODE\): none lets anybody .*ALLOW_ANONYMOUS=true; /);
    expect(printed).to.match(
      /payments\.verify \(PAYMENTS_VERIFY\): none takes .*ALLOW_UNSIGNED_PAYMENTS=true$/,
    );
    expect(printed).not.to.contain('\n');
  });

  it('is refused where NODE_ENV is not set: that is production', () => {
    expect(faultOf(() => serve({}))).to.contain('ALLOW_ANONYMOUS=true');
  });

  it('is refused for the one door that is open', () => {
    const { PAYMENTS_VERIFY: _, ...unsigned } = SAFE;
    expect(faultOf(() => serve(unsigned))).to.match(/^payments\.verify /);
    expect(faultOf(() => serve({ ...SAFE, AUTH_MODE: 'none' }))).to.match(/^auth\.mode /);
  });

  it('is refused for each door that consent to the other one leaves', () => {
    const production = { NODE_ENV: 'production' };
    const anonymous = faultOf(() => serve({ ...production, ALLOW_ANONYMOUS: 'true' }));
    expect(anonymous)
      .to.match(/^payments\.verify /)
      .and.not.to.contain('auth.mode');
    const unsigned = faultOf(() => serve({ ...production, ALLOW_UNSIGNED_PAYMENTS: 'true' }));
    expect(unsigned)
      .to.match(/^auth\.mode /)
      .and.not.to.contain('payments.verify');
  });

  it('starts with consent to both, in development and in tests', () => {
    const consent = { ALLOW_ANONYMOUS: 'true', ALLOW_UNSIGNED_PAYMENTS: 'true' };
    expect(() => serve({ NODE_ENV: 'production', ...consent })).not.to.throw();
    expect(() => serve({ NODE_ENV: 'development' })).not.to.throw();
    expect(() => serve({ NODE_ENV: 'test' })).not.to.throw();
  });

  it('is none with tokens and signatures', () => {
    expect(() => serve(SAFE)).not.to.throw();
  });

  it('does not keep a command that serves nobody from reading its settings', () => {
    expect(() => load({ NODE_ENV: 'production' })).not.to.throw();
  });
});
