/** The simulator of `make run`: what it sends pays an order, and gives it back. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openSimulatedProviders } from '../../src/dev/pay/simulated-providers.ts';
import { ask, post } from '../support/http-client.ts';
import { createSurroundings, type Surroundings } from '../support/surroundings.ts';

describe('the simulated payment providers', () => {
  let around: Surroundings;
  let dir: string;
  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'orderbell-simulated-'));
    around = await createSurroundings();
  });
  after(async () => {
    await around.tearDown();
    rmSync(dir, { recursive: true, force: true });
  });

  for (const provider of ['wechat', 'alipay'] as const) {
    it(`pay an order and give it back as ${provider} would, with keys that are kept`, async () => {
      const service = await around.serve(openSimulatedProviders(dir).env);
      const { id, number } = (await post(service.url, '/orders', { amount: 4200 })).body.data;
      const send = async (refund?: number) => {
        const payment = { number, amount: 4200, transaction: `tx-${number}` };
        const sent = refund === undefined ? payment : { ...payment, refund };
        // Opened anew, as by another process.
        const callback = openSimulatedProviders(dir)[provider](sent, Date.now());
        const answer = await ask(service.url, `/payments/${provider}/notify`, {
          method: 'POST',
          ...callback,
        });
        expect(answer.status).to.be.oneOf([200, 204]);
        return (await ask(service.url, `/orders/${id}`)).body.data;
      };
      expect(await send()).to.include({ status: 2, payStatus: 1 });
      expect(await send(990)).to.include({ status: 2, payStatus: 1 });
      expect(await send(4200)).to.include({ status: 6, payStatus: 2 });
      await service.stop();
    });
  }
});
