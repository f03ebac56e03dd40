/** Tokens that are signed by an identity provider, whose key set is at a URL or in a file. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { attempt } from '../support/attempt.ts';
import { ask } from '../support/http-client.ts';
import { createSurroundings, type Surroundings } from '../support/surroundings.ts';
import {
  type KeyServer,
  makeKeyPair,
  makeToken,
  startKeyServer,
  tokenOf,
  writeKeySet,
} from '../support/tokens.ts';

describe('a socket with a token of a key set', () => {
  const pairs = (['RS256', 'ES256', 'EdDSA'] as const).map((algorithm) => makeKeyPair(algorithm, algorithm));
  const claims = { iss: 'us', aud: 'bell' };
  const rules = { AUTH_MODE: 'jwt', AUTH_ISSUER: 'us', AUTH_AUDIENCE: 'bell' };
  let around: Surroundings;
  let provider: KeyServer;
  const directory = mkdtempSync(join(tmpdir(), 'orderbell-keys-'));
  before(async () => {
    around = await createSurroundings();
    provider = await startKeyServer(pairs);
  });
  afterEach(() => around.clear());
  after(async () => {
    await Promise.all([around.tearDown(), provider.close()]);
    rmSync(directory, { recursive: true });
  });

  it('is let in with each algorithm, from a URL and from a file', async () => {
    const file = join(directory, 'keys.json');
    await writeKeySet(file, pairs);
    for (const source of [{ AUTH_JWKS_URL: provider.url }, { AUTH_JWKS_FILE: file }]) {
      const service = await around.serve({ ...rules, ...source });
      for (const pair of pairs) {
        const { status } = await attempt(service.url, { token: await tokenOf(pair, { claims }) });
        expect(status, `${Object.keys(source)} ${pair.algorithm}`).to.equal(101);
      }
      const strange = await tokenOf(makeKeyPair('ES256', 'strange'), { claims });
      expect((await attempt(service.url, { token: strange })).status).to.equal(401);
      const [{ publicKey } = expect.fail()] = pairs;
      const secret = Buffer.from(publicKey.export({ type: 'spki', format: 'pem' }));
      const forged = await makeToken({ claims, key: secret, header: { kid: 'RS256' } });
      expect((await attempt(service.url, { token: forged })).status).to.equal(401);
    }
  });

  it('has to wait while the key set is away, over HTTP as well, and is told how long', async () => {
    const away = await startKeyServer([]);
    await away.close();
    const service = await around.serve({ ...rules, AUTH_JWKS_URL: away.url });
    const [pair = expect.fail()] = pairs;
    const token = await tokenOf(pair, { claims });
    const socket = await attempt(service.url, { token });
    expect([socket.status, JSON.parse(socket.body).reason]).to.deep.equal([503, 'unavailable']);
    expect(socket.headers['retry-after']).to.equal('2');
    const http = await ask(service.url, '/orders/1', { headers: { authorization: `Bearer ${token}` } });
    expect([http.status, http.headers['retry-after']]).to.deep.equal([503, '2']);
    expect((await attempt(service.url)).status, 'without a token').to.equal(401);
  });

  it('keeps the service from starting where the file is not there', async () => {
    const started = around.serve({ ...rules, AUTH_JWKS_FILE: join(directory, 'none.json') });
    const error = await started.then(
      () => undefined,
      (reason) => reason,
    );
    expect(error).to.have.property('code', 'keys-unavailable');
    expect(error.message).to.contain('none.json').and.not.to.contain('\n');
  });
});
