/** Key sets by URL and by file: found, rotated, away and broken. The provider is a server of the test. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createAuthenticate } from '../../../src/auth/authenticate.ts';
import { type KeySetTimes, type Keys, keysFromFile, keysFromUrl } from '../../../src/auth/keys.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { eventually } from '../../support/eventually.ts';
import {
  type KeyServer,
  makeKeyPair,
  makeToken,
  startKeyServer,
  tokenOf,
  writeKeySet,
} from '../../support/tokens.ts';

const silent = createLogger('silent');
const rules = { algorithms: [], issuer: '', audience: '', clockSkewSeconds: 0, maxTokenDays: 0 };
const first = makeKeyPair('ES256', 'first');
const second = makeKeyPair('RS256', 'second');
const third = makeKeyPair('EdDSA', 'third');

/** Nothing is asked for again by itself within a test, unless told otherwise. */
const SLOW: KeySetTimes = { cooldownMs: 60_000, maxAgeMs: 60_000, retryMs: 60_000 };

const outcome = async (keys: Keys, token: string) => {
  const admission = await createAuthenticate(keys, rules, silent, Date.now)(token);
  return admission.ok ? 'let in' : admission.reason;
};

describe('a key set by URL', () => {
  let provider: KeyServer;
  beforeEach(async () => {
    provider = await startKeyServer([first, second]);
  });
  afterEach(() => provider.close());
  const open = (times: Partial<KeySetTimes> = {}) => keysFromUrl(provider.url, silent, { ...SLOW, ...times });

  it('lets in the tokens of each of its keys, and is asked once', async () => {
    const keys = await open();
    for (const pair of [first, second, first])
      expect(await outcome(keys, await tokenOf(pair))).to.equal('let in');
    expect(provider.asked).to.equal(1);
  });

  it('finds the key of a token that does not name it where only one is of that kind', async () => {
    expect(await outcome(await open(), await tokenOf(first, { header: { kid: undefined } }))).to.equal(
      'let in',
    );
  });

  it('refuses a token with an unknown key, and is not asked again for each', async () => {
    const keys = await open();
    const strange = await tokenOf(makeKeyPair('ES256', 'strange'));
    for (let times = 0; times < 5; times++) expect(await outcome(keys, strange)).to.equal('unauthenticated');
    expect(provider.asked).to.equal(1);
  });

  it('refuses a token that another key signed under the name of a known one', async () => {
    expect(await outcome(await open(), await tokenOf(makeKeyPair('ES256', 'first')))).to.equal(
      'unauthenticated',
    );
  });

  it("refuses a token that takes one key's name and another's algorithm", async () => {
    expect(await outcome(await open(), await tokenOf(second, { header: { kid: 'first' } }))).to.equal(
      'unauthenticated',
    );
  });

  it('refuses HS256 even where the set itself holds a secret', async () => {
    const k = Buffer.from('a secret in a key set, who would').toString('base64url');
    provider.serve({
      status: 200,
      body: JSON.stringify({ keys: [{ kty: 'oct', kid: 'o', k, alg: 'HS256' }] }),
    });
    const token = await makeToken({ key: Buffer.from(k, 'base64url'), header: { kid: 'o' } });
    expect(await outcome(await open(), token)).to.equal('unauthenticated');
  });

  it('takes a key that was added, once it may ask again', async () => {
    const keys = await open({ cooldownMs: 20 });
    await provider.serveKeys([second, third]);
    await eventually(async () => expect(await outcome(keys, await tokenOf(third))).to.equal('let in'));
    expect(await outcome(keys, await tokenOf(first))).to.equal('unauthenticated');
  });

  it('drops a key that was withdrawn when the set has grown old', async () => {
    const keys = await open({ maxAgeMs: 20 });
    await provider.serveKeys([second]);
    await eventually(async () =>
      expect(await outcome(keys, await tokenOf(first))).to.equal('unauthenticated'),
    );
  });

  it('goes on with the keys that it knows while the provider is away', async () => {
    const keys = await open({ cooldownMs: 0 });
    await provider.close();
    expect(await outcome(keys, await tokenOf(first))).to.equal('let in');
    expect(await outcome(keys, await tokenOf(third))).to.equal('unavailable');
    expect(await outcome(keys, await tokenOf(first))).to.equal('let in');
  });

  for (const [what, answer] of [
    ['an error', { status: 500, body: '{}' }],
    ['a redirect', { status: 302, body: '{}' }],
    ['what is no JSON', { status: 200, body: '<html>' }],
    ['what is no key set', { status: 200, body: '{"keys":7}' }],
  ] as const) {
    it(`is away while the provider answers with ${what}, and is asked seldom`, async () => {
      provider.serve(answer);
      const keys = await open();
      for (let times = 0; times < 5; times++) {
        expect(await outcome(keys, await tokenOf(first))).to.equal('unavailable');
      }
      expect(provider.asked).to.equal(1);
    });
  }

  it('is taken up when the provider is back', async () => {
    provider.serve({ status: 503, body: '' });
    const keys = await open({ retryMs: 20 });
    expect(await outcome(keys, await tokenOf(first))).to.equal('unavailable');
    await provider.serveKeys([first]);
    await eventually(async () => expect(await outcome(keys, await tokenOf(first))).to.equal('let in'));
  });

  it('does not keep the start waiting for a provider that is away', async () => {
    const { url } = provider;
    await provider.close();
    expect(await outcome(await keysFromUrl(url, silent), await tokenOf(first))).to.equal('unavailable');
    provider = await startKeyServer([]);
  });
});

describe('a key set in a file', () => {
  const directory = mkdtempSync(join(tmpdir(), 'orderbell-keys-'));
  const path = join(directory, 'keys with a space#.json');
  after(() => rmSync(directory, { recursive: true }));

  async function faultOf(file: string) {
    const opened = keysFromFile(file, silent);
    const error = await opened.then(
      () => undefined,
      (reason) => reason,
    );
    expect(error).to.have.property('code', 'keys-unavailable');
    return error.message;
  }

  it('lets in the tokens of its keys', async () => {
    await writeKeySet(path, [first, second]);
    const keys = await keysFromFile(path, silent);
    expect(await outcome(keys, await tokenOf(second))).to.equal('let in');
    expect(await outcome(keys, await tokenOf(third))).to.equal('unauthenticated');
  });

  it('is read again when a token names a key that it had not', async () => {
    await writeKeySet(path, [first]);
    const keys = await keysFromFile(path, silent, { ...SLOW, cooldownMs: 0 });
    await writeKeySet(path, [first, third]);
    expect(await outcome(keys, await tokenOf(third))).to.equal('let in');
  });

  it('ends the start with its name where it is missing', async () => {
    expect(await faultOf(join(directory, 'missing.json'))).to.match(
      /^the key set cannot be had: ENOENT.*missing\.json/,
    );
  });

  it('ends the start where it holds no key set', async () => {
    writeFileSync(path, '[]');
    expect(await faultOf(path)).to.match(/^the key set cannot be had: /);
  });
});
