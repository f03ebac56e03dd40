import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { createShopfront, type Shopfront } from './support/shopfront.ts';
import { endedBy, spokenBy } from './support/speech.ts';
import { payOrder, type Till, WITHOUT_CHIME } from './support/till.ts';

const settings = WITHOUT_CHIME;

const rowsOf = async ({ rows }: Till) => {
  const texts = await rows.allInnerTexts();
  return texts.map((text) => /(\d{5})/.exec(text)?.[1]).sort();
};

describe('the console, when the link breaks or tabs come and go', function () {
  this.timeout(60_000);
  let shopfront: Shopfront;
  before(async () => {
    shopfront = await createShopfront();
  });
  afterEach(() => shopfront.clear());
  after(() => shopfront.tearDown());

  it('gets each alert that it missed once when the server is back', async () => {
    const first = await shopfront.serve();
    const { port } = new URL(first.url);
    const till = await shopfront.open(first, { shop: 'restart', settings });
    await payOrder(first.url, '10001', 'restart');
    await till.popUps.first().waitFor();
    // Another process logs what comes meanwhile.
    const elsewhere = await shopfront.serve();
    await first.stop();
    await till.page.locator('[data-testid=link]:not([data-state=live])').waitFor();
    await payOrder(elsewhere.url, '10002', 'restart');
    await payOrder(elsewhere.url, '10003', 'restart');
    await shopfront.serve({ PORT: port });
    await till.live();
    await eventually(async () => expect(await rowsOf(till)).to.deep.equal(['10001', '10002', '10003']));
    expect(till.faults).to.deep.equal([]);
  });

  it('announces a link that is lost for long, and takes it back', async () => {
    const service = await shopfront.serve();
    const till = await shopfront.open(service, { shop: 'lost', settings });
    await till.context.setOffline(true);
    await service.stop();
    await till.page.getByTestId('banner-lost').waitFor({ timeout: 20_000 });
    const none = till.page.getByTestId('none-open');
    expect(await none.innerText()).to.include('It is not known whether something is open');
    await eventually(async () =>
      expect((await spokenBy(till.page)).map(({ text }) => text)).to.include(
        'The connection is lost. Please check the network.',
      ),
    );
    await shopfront.serve({ PORT: new URL(service.url).port });
    await till.context.setOffline(false);
    await till.live();
    await till.page.getByTestId('banner-lost').waitFor({ state: 'detached' });
    await none.filter({ hasText: 'All done' }).waitFor();
  });

  it('comes back by itself when the browser is online again, with what it missed', async () => {
    const service = await shopfront.serve();
    const till = await shopfront.open(service, { shop: 'offline', settings });
    await till.context.setOffline(true);
    await till.page.locator('[data-testid=link][data-state=waiting]').waitFor();
    await payOrder(service.url, '20001', 'offline');
    await till.context.setOffline(false);
    await till.popUps.first().waitFor();
    expect(await rowsOf(till)).to.deep.equal(['20001']);
    await till.says(['New order, ending in 0 0 0 1']);
  });

  it('speaks in one of two tabs, and in the other when that one closes', async () => {
    const service = await shopfront.serve();
    const one = await shopfront.open(service, { shop: 'tabs', settings });
    const two = await shopfront.open(service, { shop: 'tabs', beside: one });
    await payOrder(service.url, '30001', 'tabs');
    await Promise.all([one.popUps.first().waitFor(), two.popUps.first().waitFor()]);
    const spokenByBoth = async () => [
      ...(await spokenBy(one.page)).map(({ text }) => ({ by: one, text })),
      ...(await spokenBy(two.page)).map(({ text }) => ({ by: two, text })),
    ];
    const [spoken] = await eventually(async () => {
      const all = await spokenByBoth();
      expect(all).to.have.length(1);
      return all;
    });
    const leader = spoken?.by === one ? one : two;
    const follower = leader === one ? two : one;
    // A phrase that is cut short by the closing would be said anew.
    await eventually(async () => expect(await endedBy(leader.page)).to.equal(1));
    await leader.page.close();
    await payOrder(service.url, '30002', 'tabs');
    await eventually(async () => {
      const texts = (await spokenBy(follower.page)).map(({ text }) => text);
      expect(texts).to.deep.equal(['New order, ending in 0 0 0 2']);
    });
  });

  it('says so when another page takes its place, and can take it back', async () => {
    const service = await shopfront.serve();
    const till = await shopfront.open(service, { shop: 'replaced', settings });
    const sid = await till.page.evaluate(() => Object.values({ ...sessionStorage }).join(' '));
    const name = /[A-Za-z0-9._-]{4,64}/.exec(sid)?.[0] ?? '';
    expect(name).to.not.equal('');
    const usurper = await shopfront.surroundings.open(service, name, { query: { shop: 'replaced' } });
    await till.page.getByTestId('banner-replaced').waitFor();
    usurper.socket.terminate();
    await till.page.getByTestId('take-over').click();
    await till.live();
    await payOrder(service.url, '40001', 'replaced');
    await till.popUps.first().waitFor();
  });
});
