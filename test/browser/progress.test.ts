/** What the console reports of its alerts and its sound, by the frames that a real browser sends. */

import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { sentBy } from './support/frames.ts';
import { createShopfront, type Shopfront } from './support/shopfront.ts';
import { payOrder, WITHOUT_CHIME } from './support/till.ts';

describe('the console, of itself', function () {
  this.timeout(30_000);
  let shopfront: Shopfront;
  before(async () => {
    shopfront = await createShopfront();
  });
  after(() => shopfront.tearDown());

  it('reports that it is locked, what it shows, and after a click what it has said; then that it is muted', async () => {
    const service = await shopfront.serve();
    const till = await shopfront.open(service, {
      shop: 'progress',
      isClicked: false,
      settings: WITHOUT_CHIME,
    });
    const sent = sentBy(till.page);
    await till.page.reload();
    await till.live();
    const last = async (frame: object) => eventually(() => expect(sent.at(-1)).to.deep.equal(frame));
    await last({ kind: 'hearing', sound: 'locked', visible: true });
    await payOrder(service.url, '91001', 'progress');
    await till.popUps.first().waitFor();
    await last({ kind: 'seen', seq: 1 });

    await till.page.getByTestId('unlock').click();
    await last({ kind: 'spoken', seq: 1 });
    const sounds = sent.filter(({ kind }) => kind === 'hearing').map(({ sound }) => sound);
    expect(sounds).to.deep.equal(['locked', 'on']);
    await till.page.getByTestId('mute').click();
    await till.page.getByTestId('mute-30min').click();
    await last({ kind: 'hearing', sound: 'muted', visible: true });
    await payOrder(service.url, '91002', 'progress');
    await last({ kind: 'seen', seq: 2 });
    expect(sent.filter(({ kind }) => kind === 'spoken')).to.have.length(1);
    expect(till.faults).to.deep.equal([]);
  });
});
