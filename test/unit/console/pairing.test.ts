/** Pairing in the page: what is kept, when a token is renewed, and what comes of the service's answers. */

import { expect } from 'chai';
import { openKeptTills } from '../../../src/console/pairing/kept-till.ts';
import { codeIn, createPairing } from '../../../src/console/pairing/pairing.ts';
import { isDue, startRenewal } from '../../../src/console/pairing/renewal.ts';
import { createTillApi, type Renewed } from '../../../src/console/pairing/till-api.ts';

const DAY = 86_400;

/** In seconds since 1970. */
function tokenOf(iat: number, exp: number): string {
  return `h.${Buffer.from(JSON.stringify({ iat, exp, scope: 'listen' })).toString('base64url')}.s`;
}

function fakeStorage() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
}

describe('what a browser keeps of being paired', () => {
  it('is a till for each shop, until it is removed, and the shop of the last one', () => {
    const storage = fakeStorage();
    const tills = openKeptTills(storage);
    expect([tills.of('a'), tills.shop, tills.wasRemoved('a')]).to.deep.equal([undefined, undefined, false]);
    tills.keep('a', { tillId: '1', token: 'x' });
    tills.keep('b', { tillId: '2', token: 'y' });
    expect(openKeptTills(storage).of('a')).to.deep.equal({ tillId: '1', token: 'x' });
    expect(tills.shop).to.equal('b');
    tills.remove('a');
    expect([tills.of('a'), tills.wasRemoved('a'), tills.wasRemoved('b')]).to.deep.equal([
      undefined,
      true,
      false,
    ]);
    tills.keep('a', { tillId: '3', token: 'z' });
    expect(tills.wasRemoved('a')).to.equal(false);
  });

  it('is nothing where the storage holds something else', () => {
    const storage = fakeStorage();
    for (const junk of ['', '{', '7', 'null', '{"tillId":1,"token":"x"}', '{"token":"x"}']) {
      storage.setItem('orderbell.till.a', junk);
      storage.setItem('orderbell.till-shop', '../x');
      const tills = openKeptTills(storage);
      expect([tills.of('a'), tills.shop], junk).to.deep.equal([undefined, undefined]);
    }
  });
});

describe('a code that a person typed', () => {
  it('is six digits, whatever is between them', () => {
    for (const typed of ['482913', ' 482 913 ', '482-913']) expect(codeIn(typed)).to.equal('482913');
    for (const typed of ['', '48291', '4829134', 'abcdef', '４８２９１３'])
      expect(codeIn(typed), typed).to.equal(undefined);
  });
});

describe('the renewal of a till', () => {
  it('is due in the last third of the token', () => {
    const token = tokenOf(0, 30 * DAY);
    expect(isDue(token, 19 * DAY * 1000, 1 / 3)).to.equal(false);
    expect(isDue(token, 21 * DAY * 1000, 1 / 3)).to.equal(true);
    expect(isDue('nonsense', 0, 1 / 3)).to.equal(false);
  });

  /** A page whose clock the test moves; each look is run by hand. */
  function renewing(...answers: Renewed[]) {
    const tills = openKeptTills(fakeStorage());
    tills.keep('a', { tillId: '1', token: tokenOf(0, 30 * DAY) });
    const waits: number[] = [];
    const asked: string[] = [];
    const happened: string[] = [];
    let next = () => {};
    let now = 25 * DAY * 1000;
    startRenewal({
      shop: 'a',
      tills,
      renew(tillId) {
        asked.push(tillId);
        return Promise.resolve(answers.shift() ?? { outcome: 'away' });
      },
      now: () => now,
      after(ms, call) {
        waits.push(ms);
        next = call;
      },
      random: () => 1,
      onRenewed: () => happened.push('renewed'),
      onRemoved: () => happened.push('removed'),
    });
    return {
      ...{ tills, waits, asked, happened },
      setNow(days: number) {
        now = days * DAY * 1000;
      },
      async look() {
        next();
        await new Promise((resolve) => setImmediate(resolve));
      },
    };
  }
  const given = (token: string) => ({ tillId: '1', token, shopId: 'a', name: '' });

  it('keeps the new token, and asks for no other until that is due', async () => {
    const token = tokenOf(25 * DAY, 55 * DAY);
    const page = renewing({ outcome: 'renewed', till: given(token) });
    await page.look();
    await page.look();
    expect([page.asked, page.tills.of('a')?.token, page.happened]).to.deep.equal([['1'], token, ['renewed']]);
    page.setNow(54);
    await page.look();
    expect(page.asked).to.have.length(2);
  });

  it('goes on while the service is away, more seldom each time and every quarter of an hour at the least', async () => {
    const page = renewing();
    for (let look = 0; look < 8; look++) await page.look();
    expect(page.asked).to.have.length(8);
    expect(page.waits.slice(1).map((ms) => ms / 60_000)).to.deep.equal([2, 4, 8, 15, 15, 15, 15, 15]);
    expect(page.tills.of('a'), 'the present token stays').not.to.equal(undefined);
  });

  it('forgets the till where the service has removed it', async () => {
    const page = renewing({ outcome: 'removed' });
    await page.look();
    await page.look();
    expect([page.asked, page.happened, page.tills.wasRemoved('a')]).to.deep.equal([['1'], ['removed'], true]);
  });
});

describe("the service's answers to a till", () => {
  function answering(status: number, body: unknown) {
    const answer = () => Promise.resolve(new Response(JSON.stringify(body), { status }));
    return createTillApi({ base: new URL('https://bell.example/'), fetch: answer });
  }
  const till = { token: 't', tillId: 'i', shopId: 's', name: '' };

  it('are told apart', async () => {
    const outcomeOf = async (status: number, reason: string) =>
      (await answering(status, { reason }).redeem('1', '')).outcome;
    expect(await answering(201, { data: till }).redeem('1', '')).to.deep.equal({ outcome: 'paired', till });
    expect(await outcomeOf(404, 'code-unknown')).to.equal('unknown');
    expect(await outcomeOf(404, 'route-not-found')).to.equal('unavailable');
    expect(await outcomeOf(410, 'code-ended')).to.equal('ended');
    expect(await outcomeOf(429, 'too-many-requests')).to.equal('too-often');
    expect(await outcomeOf(503, 'unavailable')).to.equal('away');
    expect((await answering(201, { data: {} }).redeem('1', '')).outcome, 'a stranger’s answer').to.equal(
      'away',
    );
    expect(await answering(200, { data: till }).renew('i', 't')).to.deep.equal({ outcome: 'renewed', till });
    expect(await answering(401, { reason: 'till-removed' }).renew('i', 't')).to.deep.equal({
      outcome: 'removed',
    });
    expect(await answering(401, { reason: 'unauthenticated' }).renew('i', 't')).to.deep.equal({
      outcome: 'refused',
    });
    expect(await answering(500, {}).renew('i', 't')).to.deep.equal({ outcome: 'away' });
    expect(await answering(200, { data: { pairing: true } }).pairs()).to.equal(true);
    expect(await answering(502, 'no JSON of ours').pairs()).to.equal(undefined);
  });

  it('are waited for before another code is tried', async () => {
    let settle = () => {};
    const states: string[] = [];
    const pairing = createPairing({
      api: {
        pairs: () => Promise.resolve(true),
        redeem: () => new Promise((resolve) => (settle = () => resolve({ outcome: 'ended' }))),
      },
      name: () => '',
      onChange: () => states.push(pairing.state),
    });
    const first = pairing.pair('1');
    expect(await pairing.pair('2')).to.equal(undefined);
    settle();
    expect(await first).to.equal(undefined);
    expect(states).to.deep.equal(['busy', 'ended']);
  });
});
