/** `orderbell token`, which asks no server. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { createAuthenticate } from '../../../src/auth/authenticate.ts';
import { type Keys, secretKeys } from '../../../src/auth/keys.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { runCli } from '../../support/cli.ts';
import { makeKeyPair, SECRET } from '../../support/tokens.ts';

const none = { DATABASE_URL: undefined, AMQP_URL: undefined };
const mint = (args: readonly string[], env: Record<string, string | undefined> = { AUTH_SECRET: SECRET }) =>
  runCli(['token', ...args], { env: { ...none, ...env } });

function look(token: string, keys: Keys = secretKeys(SECRET)) {
  const rules = { algorithms: [], issuer: 'us', audience: 'bell', clockSkewSeconds: 0, maxTokenDays: 0 };
  return createAuthenticate(keys, rules, createLogger('silent'), Date.now)(token);
}

describe('orderbell token', () => {
  const directory = mkdtempSync(join(tmpdir(), 'orderbell-token-'));
  after(() => rmSync(directory, { recursive: true }));

  it('prints a token alone, which lets somebody listen to the default shop for twelve hours', async () => {
    const before = Math.floor(Date.now() / 1000);
    const { lines, notes, exitCode } = await mint([]);
    expect([lines.length, notes, exitCode]).to.deep.equal([1, [], 0]);
    const { exp = 0, iat = 0, ...claims } = decodeJwt(lines[0] ?? '');
    expect(claims).to.deep.equal({ sub: 'cli', shop: 'default', scope: 'listen' });
    expect([iat >= before, exp - iat]).to.deep.equal([true, 12 * 3600]);
  });

  it('says what is wished, for the issuer and the audience that are configured', async () => {
    const args = [
      '--sub',
      'till-7',
      '--shop',
      'a,b',
      '--scope',
      'log:read,listen',
      '--expires-in',
      '15m',
      '--json',
    ];
    const { lines } = await mint(args, { AUTH_SECRET: SECRET, AUTH_ISSUER: 'us', AUTH_AUDIENCE: 'bell' });
    const { token, expiresAt, ...rest } = JSON.parse(lines.join());
    expect(rest).to.deep.equal({ sub: 'till-7', shop: ['a', 'b'], scope: ['listen', 'log:read'] });
    expect(new Date(expiresAt).getTime() - Date.now()).to.be.within(890_000, 900_000);
    expect(await look(token)).to.deep.nested.include({
      'grant.subject': 'till-7',
      'grant.shops': ['a', 'b'],
      'grant.scopes': ['listen', 'log:read'],
    });
  });

  it('takes all shops, and scopes with spaces', async () => {
    const { lines } = await mint(['--shop', '*', '--scope', 'ops orders:write']);
    expect(decodeJwt(lines.join())).to.include({ shop: '*', scope: 'orders:write ops' });
  });

  for (const [text, seconds] of [
    ['90', 90],
    ['90s', 90],
    ['2m', 120],
    ['1h', 3600],
    ['30d', 2_592_000],
  ] as const) {
    it(`lets a token last for ${text}`, async () => {
      const { exp = 0, iat = 0 } = decodeJwt((await mint(['--expires-in', text])).lines.join());
      expect(exp - iat).to.equal(seconds);
    });
  }

  for (const algorithm of ['RS256', 'ES256', 'EdDSA'] as const) {
    it(`signs with a private key in a file, and names it: ${algorithm}`, async () => {
      const pair = makeKeyPair(algorithm, 'k1');
      const env = { AUTH_ISSUER: 'us', AUTH_AUDIENCE: 'bell' };
      const keys = { key: pair.publicKey, algorithms: [algorithm] };
      const jwk = join(directory, `${algorithm}.json`);
      const pem = join(directory, `${algorithm}.pem`);
      writeFileSync(jwk, JSON.stringify({ ...pair.privateKey.export({ format: 'jwk' }), kid: 'k1' }));
      writeFileSync(pem, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
      for (const [args, kid] of [
        [['--key-file', jwk], 'k1'],
        [['--key-file', jwk, '--kid', 'k2'], 'k2'],
        [['--key-file', pem, '--kid', 'k3'], 'k3'],
        [['--key-file', pem], undefined],
      ] as const) {
        const { lines, error } = await mint(args, env);
        expect(error).to.equal(undefined);
        const [token = ''] = lines;
        expect(await look(token, keys)).to.have.property('ok', true);
        const header = decodeProtectedHeader(token);
        expect([header.alg, header.kid]).to.deep.equal([algorithm, kid]);
      }
    });
  }

  for (const [args, named] of [
    [['--shop', 'a/b'], '--shop'],
    [['--shop', ''], '--shop'],
    [['--shop', 'a,,b'], '--shop'],
    [['--scope', 'listen,everything'], '--scope'],
    [['--scope', ''], '--scope'],
    [['--expires-in', '0'], '--expires-in'],
    [['--expires-in', '-1h'], '--expires-in'],
    [['--expires-in', '1w'], '--expires-in'],
    [['--expires-in', '9999999d'], '--expires-in'],
  ] as const) {
    it(`refuses ${args.join(' ')}, naming the option`, async () => {
      const { lines, notes, exitCode } = await mint(args);
      expect([lines, exitCode]).to.deep.equal([[], 2]);
      expect(notes.join()).to.contain(named);
    });
  }

  it('mints no token that the service would refuse for lasting too long', async () => {
    const { error, lines } = await mint(['--expires-in', '91d']);
    expect([lines, error?.message]).to.deep.equal([
      [],
      '--expires-in: the service takes tokens for 90 days at the most (AUTH_MAX_TOKEN_DAYS)',
    ]);
    for (const days of ['91', '0']) {
      const env = { AUTH_SECRET: SECRET, AUTH_MAX_TOKEN_DAYS: days };
      expect((await mint(['--expires-in', '91d'], env)).exitCode, days).to.equal(0);
    }
  });

  it('says that there is nothing to sign with', async () => {
    const { error, exitCode } = await mint([], {});
    expect(error?.message).to.equal('there is nothing to sign with: set AUTH_SECRET, or give --key-file');
    expect(exitCode).to.equal(1);
  });

  it('says that the key file is missing, or no private key', async () => {
    const file = join(directory, 'none');
    expect((await mint(['--key-file', file])).error?.message).to.match(/^the key cannot be read: ENOENT/);
    writeFileSync(file, 'hunter2');
    const { error } = await mint(['--key-file', file]);
    expect(error?.message)
      .to.match(/^the key is no private key/)
      .and.not.contain('hunter2');
  });

  it('mints in production, where the service itself would want more', async () => {
    expect((await mint([], { AUTH_SECRET: SECRET, NODE_ENV: 'production' })).exitCode).to.equal(0);
  });
});
