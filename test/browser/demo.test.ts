/** The demo panel: what those who are told of an alert got, beside the buttons of the customer. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { bundlePages } from '../../src/dev/bundle-pages.ts';
import { type EscalationReceiver, openEscalationReceiver } from '../../src/dev/escalation-receiver.ts';
import { receivedRoute } from '../../src/dev/received-route.ts';
import { createShopfront, type Shopfront } from './support/shopfront.ts';

describe('the demo panel in a browser', function () {
  this.timeout(30_000);
  let shopfront: Shopfront;
  let receiver: EscalationReceiver;
  const pagesDirectory = mkdtempSync(join(tmpdir(), 'orderbell-demo-'));
  before(async () => {
    [shopfront, receiver] = await Promise.all([createShopfront(), openEscalationReceiver(() => {})]);
    await bundlePages({ directory: pagesDirectory, demo: true });
  });
  after(async () => {
    await shopfront.tearDown();
    await receiver.close();
    rmSync(pagesDirectory, { recursive: true });
  });

  it('shows what came to those who are told that an alert is not acknowledged', async () => {
    const policy = {
      steps: [{ afterSeconds: 1, when: 'unacknowledged', targets: ['platform'] }],
      expireAfterSeconds: 60,
    };
    const service = await shopfront.surroundings.serve(
      { NODE_ENV: 'development', ...receiver.env, ESCALATION_POLICY: JSON.stringify(policy) },
      { pagesDirectory, routes: [receivedRoute(receiver)] },
    );
    const till = await shopfront.open(service, { shop: 'demo' });
    await till.page.getByTestId('demo-create').click();
    await till.page.getByTestId('demo-pay').click();
    const received = till.page.getByTestId('demo-received').first();
    await received.waitFor();
    expect(await received.innerText()).to.match(/^platform got: .+ is not acknowledged$/);
    expect(till.faults).to.deep.equal([]);
  });
});
