/** Pairing tills over HTTP, and what becomes of a till that is removed: at every process, also through a restart. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { exportJWK } from 'jose';
import { attempt } from '../support/attempt.ts';
import { runCli } from '../support/cli.ts';
import { type Contract, readContract } from '../support/contract.ts';
import { eventually } from '../support/eventually.ts';
import { type Answer, ask, post } from '../support/http-client.ts';
import { createLocalDir } from '../support/local-dir.ts';
import type { Service } from '../support/service.ts';
import { createSurroundings, PLAIN, type Surroundings } from '../support/surroundings.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { makeKeyPair, makeToken, WITH_SECRET, writeKeySet } from '../support/tokens.ts';

const SETTINGS = { ...WITH_SECRET, PAIRING_TRIES_PER_ADDRESS: '0' };
const PAGE = 'https://bell.example/';

describe('pairing tills', function () {
  this.timeout(60_000);
  let around: Surroundings;
  let first: Service;
  let second: Service;
  let contract: Contract;
  const local = createLocalDir();
  before(async () => {
    around = await createSurroundings();
    first = await around.serve({ ...SETTINGS, PAIRING_PAGE_URL: PAGE });
    second = await around.serve(SETTINGS);
    contract = readContract((await ask(first.url, '/openapi.json')).body);
  });
  after(() => {
    local.remove();
    return around.tearDown();
  });

  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const operator = (shop = '*') => makeToken({ claims: { sub: 'ops', shop, scope: 'ops' } });

  /** Fails unless the answer is what the document says. */
  function expectDocumented(path: string, method: string, answer: Answer): Answer {
    const place = [
      'paths',
      path,
      method,
      'responses',
      answer.status,
      'content',
      'application/json',
      'schema',
    ];
    expect(contract.faults(place, answer.body), `${method} ${path} ${answer.status}`).to.deep.equal([]);
    return answer;
  }
  async function makeCode(body: object = { shopId: 'corner' }, shop = '*', service = first): Promise<Answer> {
    const answer = await post(service.url, '/pairings', body, { headers: bearer(await operator(shop)) });
    return expectDocumented('/pairings', 'post', answer);
  }
  async function redeem(code: string, name?: string, service = first): Promise<Answer> {
    const answer = await post(service.url, '/pairings/redeem', {
      code,
      ...(name === undefined ? {} : { name }),
    });
    return expectDocumented('/pairings/redeem', 'post', answer);
  }
  async function pair(shopId = 'corner', service = first): Promise<{ token: string; tillId: string }> {
    const { body } = await makeCode({ shopId }, '*', service);
    return (await redeem(body.data.code, 'bar', service)).body.data;
  }
  async function renew(tillId: string, token: string, service = first): Promise<Answer> {
    const answer = await ask(service.url, `/tills/${tillId}/token`, {
      method: 'POST',
      headers: bearer(token),
    });
    return expectDocumented('/tills/{id}/token', 'post', answer);
  }
  async function remove(tillId: string, shop = '*', service = first): Promise<Answer> {
    const headers = bearer(await operator(shop));
    return expectDocumented(
      '/tills/{id}',
      'delete',
      await ask(service.url, `/tills/${tillId}`, { method: 'DELETE', headers }),
    );
  }
  const readLog = (token: string, shop: string, service: Service) =>
    ask(service.url, `/shops/${shop}/notifications`, { headers: bearer(token) });

  it('makes a code with a link and its QR code, for a token with ops in that shop', async () => {
    const { status, body } = await makeCode({ shopId: 'corner', name: 'bar' }, 'corner');
    expect(status).to.equal(201);
    const { code, url, qr } = body.data;
    expect(url).to.equal(`${PAGE}?shop=corner#pair=${code}`);
    expect(qr).to.have.length(qr[0].length).and.to.have.length.within(25, 45);
    const elsewhere = await makeCode({ shopId: 'corner', page: 'https://other.example/till/' });
    expect(elsewhere.body.data.url).to.match(/^https:\/\/other\.example\/till\/\?shop=corner#pair=\d{6}$/);
    expect((await makeCode({ shopId: 'corner' }, '*', second)).body.data).to.include({ url: null, qr: null });
  });

  it('makes none for other tokens, other shops, or what is malformed', async () => {
    const listener = await makeToken({ claims: { scope: 'listen log:read' } });
    const asked = { shopId: 'corner' };
    expect((await post(first.url, '/pairings', asked)).status).to.equal(401);
    expect((await post(first.url, '/pairings', asked, { headers: bearer(listener) })).status).to.equal(403);
    expect((await makeCode(asked, 'hill')).status).to.equal(403);
    for (const body of [
      {},
      { shopId: '' },
      { ...asked, name: 'a\u0000' },
      { ...asked, page: 'javascript:1' },
      { ...asked, x: 1 },
    ]) {
      expect((await makeCode(body)).status, JSON.stringify(body)).to.equal(422);
    }
    for (const code of ['12345', '1234567', 'abcdef', ' 123456'])
      expect((await redeem(code)).status, code).to.equal(422);
  });

  it('gives the till a token that follows its shop at any process, and nothing else', async () => {
    const { body } = await makeCode({ shopId: 'corner', name: 'bar' });
    const redeemed = await redeem(body.data.code, undefined, second);
    expect(redeemed.status).to.equal(201);
    const { token, tillId, shopId, name } = redeemed.body.data;
    expect({ shopId, name }).to.deep.equal({ shopId: 'corner', name: 'bar' });
    const again = await redeem(body.data.code);
    expect([again.status, again.body.reason]).to.deep.equal([410, 'code-ended']);
    const client = await around.open(first, 'bar', { token, query: { shop: 'corner' } });
    await client.nextOf('ready');
    expect((await readLog(token, 'corner', first)).status).to.equal(200);
    expect((await readLog(token, 'hill', first)).status).to.equal(403);
    expect(
      (await post(first.url, '/pairings', { shopId: 'corner' }, { headers: bearer(token) })).status,
    ).to.equal(403);
    const listed = await ask(first.url, '/shops/corner/tills', { headers: bearer(await operator('corner')) });
    expectDocumented('/shops/{shop}/tills', 'get', listed);
    expect(listed.body.data.tills).to.deep.include({ ...listed.body.data.tills[0], id: tillId, name: 'bar' });
    const foreign = await ask(first.url, '/shops/corner/tills', { headers: bearer(await operator('hill')) });
    expect(foreign.status).to.equal(403);
  });

  it('gives a used code to exactly one of fifty, at two processes', async () => {
    const { body } = await makeCode();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        redeem(body.data.code, `t${index}`, index % 2 === 0 ? first : second),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([201, ...Array(49).fill(410)]);
  });

  it('renews a token by the present one of the same till, and by no other', async () => {
    const [one, other] = [await pair(), await pair()];
    const renewed = await renew(one.tillId, one.token, second);
    expect(renewed.status).to.equal(200);
    expect((await readLog(renewed.body.data.token, 'corner', first)).status).to.equal(200);
    expect((await readLog(one.token, 'corner', first)).status, 'the present one goes on').to.equal(200);
    expect((await renew(one.tillId, other.token)).status).to.equal(403);
    expect((await renew(one.tillId, await makeToken())).status).to.equal(403);
    const ended = await makeToken({
      claims: { sub: `till:${one.tillId}`, till: one.tillId },
      expiresIn: -60,
    });
    expect((await renew(one.tillId, ended)).status).to.equal(401);
  });

  it('refuses a removed till at every process within seconds, and closes its sockets there', async () => {
    const [gone, stays] = [await pair('corner'), await pair('corner')];
    const query = { shop: 'corner' };
    const sockets = [
      await around.open(first, 'a', { token: gone.token, query }),
      await around.open(second, 'b', { token: gone.token, query }),
      await around.open(second, 'c', { ...PLAIN, token: gone.token, query }),
    ];
    const kept = await around.open(second, 'd', { token: stays.token, query });
    expect((await remove(gone.tillId, 'hill')).status, 'by another shop').to.equal(404);
    const removedAt = performance.now();
    expect((await remove(gone.tillId, 'corner')).status).to.equal(200);
    const here = await readLog(gone.token, 'corner', first);
    expect([here.status, here.body.reason], 'here at once').to.deep.equal([401, 'till-removed']);
    expect(await Promise.all(sockets.map(({ closed }) => closed))).to.deep.equal([4003, 4003, 4003]);
    expect(performance.now() - removedAt).to.be.below(4_000);
    expect((await readLog(gone.token, 'corner', second)).body.reason).to.equal('till-removed');
    expect((await attempt(second.url, { token: gone.token, query: 'shop=corner' })).status).to.equal(401);
    expect((await renew(gone.tillId, gone.token, second)).body.reason).to.equal('till-removed');
    expect((await remove(gone.tillId)).body.reason).to.equal('till-not-found');
    expect(kept.socket.readyState).to.equal(kept.socket.OPEN);
    const later = await around.serve(SETTINGS);
    expect((await readLog(gone.token, 'corner', later)).body.reason, 'after a start').to.equal(
      'till-removed',
    );
    expect((await readLog(stays.token, 'corner', later)).status).to.equal(200);
  });

  it('goes on refusing while Postgres is away, and finds what was removed meanwhile once it is back', async () => {
    const postgres = await startTcpProxy(around.database.url);
    const cut = await around.serve({ ...SETTINGS, DATABASE_URL: postgres.url });
    const [gone, next] = [await pair(), await pair()];
    await remove(gone.tillId);
    const reasonOf = async (token: string) => (await readLog(token, 'corner', cut)).body.reason;
    await eventually(async () => expect(await reasonOf(gone.token)).to.equal('till-removed'));
    postgres.cut();
    await remove(next.tillId);
    expect(await reasonOf(gone.token)).to.equal('till-removed');
    expect(await reasonOf(next.token), 'not known there yet').to.equal('unavailable');
    postgres.restore();
    await eventually(async () => expect(await reasonOf(next.token)).to.equal('till-removed'), 20_000);
    await cut.stop();
    await postgres.close();
  });

  it('limits the tries of one address, and all wrong tries against a code', async () => {
    const strict = await around.serve({
      ...WITH_SECRET,
      PAIRING_TRIES_PER_ADDRESS: '3',
      PAIRING_TRIES_PER_CODE: '5',
    });
    const { body } = await makeCode({ shopId: 'corner' }, '*', strict);
    const { code } = body.data;
    const guesses = ['000001', '000002', '000003', '000004'].filter((guess) => guess !== code);
    const reasons: string[] = [];
    for (const guess of guesses.slice(0, 3))
      reasons.push((await redeem(guess, undefined, strict)).body.reason);
    expect(reasons).to.deep.equal(['code-unknown', 'code-unknown', 'code-unknown']);
    const limited = await redeem(code, undefined, strict);
    expect([limited.status, limited.body.reason]).to.deep.equal([429, 'too-many-requests']);
    expect(Number(limited.headers['retry-after'])).to.be.within(1, 600);
    // Another process has its own count of the address, and the same count of the code; there one more is allowed.
    for (const guess of ['000005', '000006'].map((guess) => (guess === code ? '000007' : guess))) {
      expect((await redeem(guess, undefined, second)).body.reason).to.equal('code-unknown');
    }
    const other = await around.serve({ ...WITH_SECRET, PAIRING_TRIES_PER_CODE: '5' });
    expect((await redeem(code, undefined, other)).body.reason).to.equal('code-ended');
  });

  it('works by the commands, with the same codes and tills', async () => {
    const surroundings = { database: around.database, env: SETTINGS };
    const words = await runCli(['pair', '--shop', 'cli', '--name', 'bar', '--url', PAGE], surroundings);
    expect(words.error).to.equal(undefined);
    expect(words.lines[0]).to.match(/^\d{3} \d{3} {2}for one till of cli, until 20/);
    const code = words.lines[0]?.slice(0, 7).replace(' ', '') ?? '';
    expect(words.lines[1]).to.equal(`${PAGE}?shop=cli#pair=${code}`);
    expect(words.lines.slice(2).every((line) => /^[█▀▄ ]+$/.test(line))).to.equal(true);
    const { tillId, token } = (await redeem(code)).body.data;
    const json = await runCli(['pair', '--shop', 'cli', '--json'], surroundings);
    expect(JSON.parse(json.lines.join(''))).to.have.all.keys('code', 'shopId', 'expiresAt', 'url');
    const listed = await runCli(['tills', 'list', 'cli', '--json'], surroundings);
    expect(JSON.parse(listed.lines[0] ?? '')).to.include({ id: tillId, shopId: 'cli', name: 'bar' });
    const revoked = await runCli(['tills', 'revoke', tillId], surroundings);
    expect(revoked.lines[0]).to.include(`removed ${tillId}`);
    await eventually(async () =>
      expect((await readLog(token, 'cli', second)).body.reason).to.equal('till-removed'),
    );
    expect((await runCli(['tills', 'revoke', tillId], surroundings)).error?.message).to.include(
      'no paired till',
    );
    const bare = await runCli(['pair', '--shop', 'cli'], { database: around.database });
    expect(bare.error?.message).to.include('AUTH_MODE=none');
  });

  it('is refused with the reason where the service has no key to sign with', async () => {
    const directory = local.path;
    const pair = makeKeyPair('ES256', 'k1');
    const file = join(directory, 'keys.json');
    await writeKeySet(file, [pair]);
    const checks = {
      AUTH_MODE: 'jwt',
      AUTH_JWKS_FILE: file,
      AUTH_ISSUER: 'https://idp.example',
      AUTH_AUDIENCE: 'bell',
    };
    const { algorithm, privateKey: key } = pair;
    const claims = {
      sub: 'ops',
      shop: '*',
      scope: 'ops',
      iss: checks.AUTH_ISSUER,
      aud: checks.AUTH_AUDIENCE,
    };
    const headers = bearer(await makeToken({ claims, key, algorithm, header: { kid: 'k1' } }));
    const without = await around.serve(checks);
    const refusedPairing = await post(without.url, '/pairings', { shopId: 'corner' }, { headers });
    expect(refusedPairing.body.reason).to.equal('route-not-found');
    expect(refusedPairing.body.msg).to.include('PAIRING_KEY_FILE');
    expect((await ask(without.url, '/console.json')).body.data.pairing).to.equal(false);

    const keyFile = join(directory, 'private.jwk');
    await writeFile(keyFile, JSON.stringify({ ...(await exportJWK(pair.privateKey)), kid: 'k1' }));
    const signing = await around.serve({ ...checks, PAIRING_KEY_FILE: keyFile });
    expect((await ask(signing.url, '/console.json')).body.data.pairing).to.equal(true);
    const made = await post(signing.url, '/pairings', { shopId: 'corner' }, { headers });
    const { token } = (await redeem(made.body.data.code, undefined, signing)).body.data;
    expect((await readLog(token, 'corner', without)).status).to.equal(200);

    const stranger = makeKeyPair('ES256', 'k2');
    await writeFile(keyFile, JSON.stringify({ ...(await exportJWK(stranger.privateKey)), kid: 'k2' }));
    const failed = await around
      .serve({ ...checks, PAIRING_KEY_FILE: keyFile })
      .catch((error: Error) => error);
    expect(failed).to.be.instanceOf(Error).with.property('message').that.includes('PAIRING_KEY_FILE');
  });

  it('is not there where no caller needs a token', async () => {
    const open = await around.serve();
    const answer = await post(open.url, '/pairings', { shopId: 'corner' });
    expect([answer.status, answer.body.reason]).to.deep.equal([404, 'route-not-found']);
    expect((await ask(open.url, '/console.json')).body.data.pairing).to.equal(false);
  });
});
