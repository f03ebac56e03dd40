/** What we mint, and that we take it ourselves. */

import { expect } from 'chai';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { createAuthenticate } from '../../../src/auth/authenticate.ts';
import { secretKeys } from '../../../src/auth/keys.ts';
import { mintToken, type TokenRequest } from '../../../src/auth/mint-token.ts';
import { readSigningKey, type SigningKey, signingSecret } from '../../../src/auth/signing-key.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { makeKeyPair, SECRET } from '../../support/tokens.ts';

const NOW = 1_741_281_275_400;
const request: TokenRequest = {
  subject: 'till-7',
  shops: ['corner'],
  scopes: ['listen', 'log:read'],
  expiresInSeconds: 60,
  issuer: 'us',
  audience: 'them',
};
const rules = { algorithms: [], issuer: 'us', audience: 'them', clockSkewSeconds: 0, maxTokenDays: 0 };

describe('a minted token', () => {
  it('says what was wished', async () => {
    const { token, expiresAt } = await mintToken(request, signingSecret(SECRET), NOW);
    expect(decodeProtectedHeader(token)).to.deep.equal({ alg: 'HS256', typ: 'JWT' });
    expect(decodeJwt(token)).to.deep.equal({
      sub: 'till-7',
      shop: 'corner',
      scope: 'listen log:read',
      iss: 'us',
      aud: 'them',
      iat: 1_741_281_275,
      exp: 1_741_281_335,
    });
    expect(expiresAt).to.equal('2025-03-06T17:15:35.000Z');
  });

  it('leaves out an issuer and an audience that nobody asks for', async () => {
    const { token } = await mintToken({ ...request, issuer: '', audience: '' }, signingSecret(SECRET), NOW);
    expect(decodeJwt(token)).not.to.have.any.keys('iss', 'aud');
  });

  for (const shops of ['*', ['a'], ['a', 'b'], []] as const) {
    it(`grants the shops that were wished: ${JSON.stringify(shops)}`, async () => {
      const { token } = await mintToken({ ...request, shops }, signingSecret(SECRET), NOW);
      const authenticate = createAuthenticate(secretKeys(SECRET), rules, createLogger('silent'), () => NOW);
      expect(await authenticate(token)).to.deep.nested.include({ ok: true, 'grant.shops': shops });
    });
  }

  for (const algorithm of ['RS256', 'ES256', 'EdDSA'] as const) {
    const pair = makeKeyPair(algorithm, 'k1');
    const keys = { key: pair.publicKey, algorithms: [algorithm] };
    const takes = async (key: SigningKey) => {
      const { token } = await mintToken(request, key, NOW);
      const admission = await createAuthenticate(keys, rules, createLogger('silent'), () => NOW)(token);
      expect(admission).to.have.property('ok', true);
      return decodeProtectedHeader(token);
    };

    it(`is signed with a private key in PEM: ${algorithm}`, async () => {
      const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' });
      expect(await takes(readSigningKey(String(pem)))).to.deep.equal({ alg: algorithm, typ: 'JWT' });
    });

    it(`is signed with a JWK and names it: ${algorithm}`, async () => {
      const jwk = { ...pair.privateKey.export({ format: 'jwk' }), kid: 'k1' };
      const header = await takes(readSigningKey(JSON.stringify(jwk)));
      expect(header).to.deep.equal({ alg: algorithm, typ: 'JWT', kid: 'k1' });
    });

    it(`is not signed with a public key: ${algorithm}`, () => {
      const jwk = JSON.stringify(pair.publicKey.export({ format: 'jwk' }));
      expect(() => readSigningKey(jwk)).to.throw(/no private key/);
      const pem = String(pair.publicKey.export({ type: 'spki', format: 'pem' }));
      expect(() => readSigningKey(pem)).to.throw(/no private key/);
    });
  }

  it('is not signed with what is no key, which is not repeated', () => {
    for (const text of ['', 'hunter2', '{', '{"kty":"oct","k":"hunter2"}', '[]']) {
      expect(() => readSigningKey(text), text)
        .to.throw(/^the key is no private key/)
        .and.not.to.match(/hunter2/);
    }
  });

  it('is not signed with a curve that we do not take', () => {
    const pem =
      '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VuBCIEIHBgSXqgYtBcwqVvT0lzpCqv3kWbTbKMYSYgGEf2KX5w\n-----END PRIVATE KEY-----';
    expect(() => readSigningKey(pem)).to.throw(/it must be RSA, P-256 or Ed25519/);
  });
});
