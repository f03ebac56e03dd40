import { expect } from 'chai';
import type { LinkState } from '../../../src/console/link/link-state.ts';
import { createPresenceReader, type ShopHearing } from '../../../src/console/shop/request-presence.ts';
import { createShopFacts } from '../../../src/console/shop/shop-facts.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

const LIVE: LinkState = { name: 'live' };
const AWAY: LinkState = { name: 'connecting' };

function start() {
  const world = {
    at: 0,
    isVisible: true,
    settings: { vapidPublicKey: undefined, orderUrl: undefined as string | undefined },
    answer: 'silent' as ShopHearing | 'refused' | Error,
    asked: 0,
    settingsAsked: 0,
    changes: 0,
    state: { orderUrl: undefined as string | undefined, shopHearing: undefined as ShopHearing | undefined },
  };
  const facts = createShopFacts({
    async readSettings() {
      world.settingsAsked += 1;
      return world.settings;
    },
    async readPresence() {
      world.asked += 1;
      if (world.answer instanceof Error) throw world.answer;
      return world.answer;
    },
    state: world.state,
    isVisible: () => world.isVisible,
    now: () => world.at,
    onChange() {
      world.changes += 1;
    },
  });
  /** So many seconds pass. */
  async function pass(seconds: number, sounds = false): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      world.at += 1_000;
      facts.look(sounds);
      await settled();
    }
  }
  return { world, facts, pass };
}

describe('what the console knows of its shop', () => {
  it('asks for the settings with each new link, and once for each', async () => {
    const { world, facts } = start();
    facts.follow(AWAY);
    expect(world.settingsAsked).to.equal(0);
    world.settings.orderUrl = 'https://a/{orderId}';
    facts.follow(LIVE);
    facts.follow(LIVE);
    await settled();
    expect([world.settingsAsked, world.state.orderUrl, world.changes]).to.deep.equal([
      1,
      'https://a/{orderId}',
      1,
    ]);
    facts.follow(AWAY);
    facts.follow(LIVE);
    await settled();
    expect([world.settingsAsked, world.changes]).to.deep.equal([2, 1]);
  });

  it('asks whether the shop can be heard with each new link, and then each minute while it is looked at', async () => {
    const { world, facts, pass } = start();
    await pass(100);
    expect(world.asked, 'without a link').to.equal(0);
    facts.follow(LIVE);
    await pass(3);
    expect([world.asked, world.state.shopHearing]).to.deep.equal([1, 'silent']);
    await pass(120);
    expect(world.asked).to.equal(3);
    world.isVisible = false;
    await pass(300);
    expect(world.asked, 'out of sight').to.equal(3);
    world.isVisible = true;
    await pass(1);
    expect(world.asked).to.equal(4);
    facts.follow(AWAY);
    expect(world.state.shopHearing, 'without a link').to.equal(undefined);
    world.answer = 'hearing';
    facts.follow(LIVE);
    await pass(3);
    expect([world.asked, world.state.shopHearing]).to.deep.equal([5, 'hearing']);
  });

  it('asks again once the service knows that this till fell silent or sounds again', async () => {
    const { world, facts, pass } = start();
    facts.follow(LIVE);
    await pass(10);
    expect(world.asked).to.equal(1);
    await pass(5, true);
    expect(world.asked).to.equal(2);
  });

  it('shows nothing where that is refused, and does not ask again over the same link', async () => {
    const { world, facts, pass } = start();
    world.answer = 'refused';
    facts.follow(LIVE);
    await pass(200);
    await pass(200, true);
    expect([world.asked, world.state.shopHearing]).to.deep.equal([1, undefined]);
    facts.follow(AWAY);
    facts.follow(LIVE);
    await pass(3);
    expect(world.asked).to.equal(2);
  });

  it('does not go on showing what it could not ask for', async () => {
    const { world, facts, pass } = start();
    facts.follow(LIVE);
    await pass(3);
    world.answer = new Error('away');
    await pass(60);
    expect([world.asked, world.state.shopHearing]).to.deep.equal([2, undefined]);
    world.answer = 'deaf';
    await pass(60);
    expect(world.state.shopHearing).to.equal('deaf');
  });
});

describe('the question whether a shop can be heard', () => {
  const ask = (status: number, data: unknown) => {
    const asked: { url: string; headers: unknown }[] = [];
    const read = createPresenceReader({
      base: new URL('https://bell.example/under/'),
      shop: 'a b',
      token: () => 'token',
      async fetch(url, init) {
        asked.push({ url: String(url), headers: init?.headers });
        return new Response(JSON.stringify({ data }), { status });
      },
    });
    return { asked, answer: read().catch((error: Error) => error.message) };
  };

  it('goes to the shop with the token', async () => {
    const { asked, answer } = ask(200, { presence: 'hearing', gateways: 1 });
    expect(await answer).to.equal('hearing');
    expect(asked).to.deep.equal([
      { url: 'https://bell.example/under/shops/a%20b/presence', headers: { Authorization: 'Bearer token' } },
    ]);
  });

  it('is refused, answered, or has failed', async () => {
    for (const status of [401, 403, 404]) expect(await ask(status, null).answer).to.equal('refused');
    expect(await ask(200, { presence: 'another' }).answer).to.contain('could not be read');
    expect(await ask(503, null).answer).to.contain('503');
  });
});
