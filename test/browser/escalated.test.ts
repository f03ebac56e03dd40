/** An alert that the shop does not deal with: what its till shows of it, and of the whole way of its order. */

import { expect } from 'chai';
import { createShopfront, type Shopfront } from './support/shopfront.ts';
import { payOrder, WITHOUT_CHIME } from './support/till.ts';

const secret = `whsec_${Buffer.alloc(32, 'k').toString('base64')}`;

describe('an escalated alert in a browser', function () {
  this.timeout(30_000);
  let shopfront: Shopfront;
  before(async () => {
    shopfront = await createShopfront();
  });
  after(() => shopfront.tearDown());

  it('says who was told, also after a reload, and a click shows its order from created on', async () => {
    const service = await shopfront.serve({
      // Nothing listens there: whether it arrives is not what this is about.
      ESCALATION_TARGETS: JSON.stringify({
        owner: { kind: 'webhook', url: 'https://127.0.0.1:1/', secret },
      }),
      ESCALATION_POLICY: JSON.stringify({
        steps: [{ afterSeconds: 1, when: 'unacknowledged', targets: ['owner'] }],
        expireAfterSeconds: 600,
      }),
    });
    const till = await shopfront.open(service, { shop: 'told', settings: WITHOUT_CHIME });
    await payOrder(service.url, '55001', 'told');
    const popUp = till.page.getByTestId('escalated');
    await popUp.waitFor();
    expect(await popUp.innerText()).to.match(/^Not dealt with: told owner at \d\d:\d\d$/);
    await till.page.reload();
    await till.live();
    await popUp.waitFor();
    expect(await till.page.getByTestId('row-status').innerText()).to.include('told owner');

    await till.page.getByTestId('history').click();
    await till.page.getByRole('button', { name: 'What happened to 55001' }).click();
    const steps = till.page.getByTestId('timeline-step');
    await steps.first().waitFor();
    const words = (await steps.allInnerTexts()).join('\n');
    for (const step of ['Created', 'Paid', 'Received by the service', 'To be told: owner']) {
      expect(words).to.include(step);
    }
    await till.page.getByTestId('timeline-done').click();
    await steps.first().waitFor({ state: 'hidden' });
    expect(till.faults).to.deep.equal([]);
  });
});
