/** The simulator of `make run`: what it sends pays an order, and gives it back. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openSimulatedProviders } from '../../src/dev/pay/simulated-providers.ts';
import { runCli } from '../support/cli.ts';
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

    it(`pay an order as ${provider} would by the command pay, and say where it is not taken`, async () => {
      const service = await around.serve(openSimulatedProviders(join(dir, 'payments')).env);
      const { id, number } = (await post(service.url, '/orders', { amount: 1 })).body.data;
      const env = { ORDERBELL_LOCAL_DIR: dir, PORT: new URL(service.url).port };
      const pay = (...args: string[]) => runCli(['pay', provider, '--order', number, ...args], { env });
      const wrong = await pay('--amount', '2', '--transaction', 'tx-wrong');
      // Of another amount it is an incident, which is over for the provider.
      expect(wrong.exitCode).to.equal(0);
      const paid = await pay('--amount', '1', '--copies', '3', '--url', service.url);
      expect(paid.lines).to.deep.equal(
        provider === 'wechat' ? ['204', '204', '204'] : ['200 success', '200 success', '200 success'],
      );
      expect((await ask(service.url, `/orders/${id}`)).body.data).to.include({ payStatus: 1 });
      const strangers = { ...env, ORDERBELL_LOCAL_DIR: join(dir, 'others') };
      const refused = await runCli(['pay', provider, '--order', number], { env: strangers });
      expect(refused.exitCode).to.equal(1);
      expect(refused.lines.join()).not.to.match(/^204|success/);
      await service.stop();
    });
  }
});
