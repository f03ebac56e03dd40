/** From an order that was paid, over HTTP, to those who are told when the shop does not deal with it. */

import { expect } from 'chai';
import { Webhook } from 'standardwebhooks';
import { eventually } from '../support/eventually.ts';
import { ask, post } from '../support/http-client.ts';
import type { Service } from '../support/service.ts';
import { createSurroundings, type Surroundings } from '../support/surroundings.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

const KEY = Buffer.from('a key of thirty-two random bytes').toString('base64');

const POLICY = {
  steps: [
    { afterSeconds: 1, when: 'unheard', targets: ['platform'] },
    { afterSeconds: 2, when: 'unacknowledged', targets: ['platform', 'owner'] },
  ],
  expireAfterSeconds: 4,
};

describe('an alert that a shop does not deal with', () => {
  let around: Surroundings;
  let receiver: WebhookReceiver;
  let service: Service;
  let other: Service;
  before(async function () {
    this.timeout(30_000);
    [around, receiver] = await Promise.all([createSurroundings(), startWebhookReceiver()]);
    const target = (name: string) => ({
      kind: 'webhook',
      url: `${receiver.url}${name}`,
      secret: `whsec_${KEY}`,
    });
    const env = {
      ESCALATION_TARGETS: JSON.stringify({ platform: target('platform'), owner: target('owner') }),
      ESCALATION_ALLOW_PRIVATE_TARGETS: 'true',
      ESCALATION_POLICY: JSON.stringify(POLICY),
    };
    service = await around.serve(env);
    other = await around.serve({ ...env, ROLES: 'gateway' });
  });
  after(async () => {
    await around.tearDown();
    await receiver.close();
  });

  async function pay(shopId: string): Promise<void> {
    const number = `${shopId}-1`;
    await post(service.url, '/orders', { number, shopId, amount: 4200 });
    await post(service.url, '/payments/notify', { outTradeNo: number });
  }
  const callsOf = (shop: string) =>
    receiver.calls
      .map(({ path, body }) => ({ path, ...JSON.parse(body) }))
      .filter(({ data }) => data?.shopId === shop);
  const logOf = async (shop: string) =>
    (await ask(service.url, `/shops/${shop}/notifications`)).body.data.notifications;

  it('is told to the targets of each step, to the tills wherever they are connected, and then expires', async () => {
    const tills = [
      await around.open(service, 'till-1', { query: { shop: 'corner' } }),
      await around.open(other, 'till-2', { query: { shop: 'corner' } }),
    ];
    await pay('corner');
    await eventually(() => expect(callsOf('corner')).to.have.length(3));
    expect(callsOf('corner').map(({ path, data }) => `${data.step} ${path}`)).to.have.members([
      '1 /platform',
      '2 /platform',
      '2 /owner',
    ]);
    const [first] = receiver.calls;
    const verified = new Webhook(`whsec_${KEY}`).verify(
      first?.body ?? '',
      first?.headers as Record<string, string>,
    );
    expect(verified).to.deep.nested.include({
      type: 'notification.escalated',
      'data.seq': 1,
      'data.when': 'unheard',
      'data.presence': 'hearing',
      'data.content': '订单号： corner-1',
    });
    for (const till of tills) {
      const frames = [await till.nextOf('escalation'), await till.nextOf('escalation')];
      expect(frames.map(({ seq, step, targets }) => [seq, step, targets])).to.deep.equal([
        [1, 1, ['platform']],
        [1, 2, ['platform', 'owner']],
      ]);
    }
    const [entry] = await logOf('corner');
    expect(entry.escalated).to.deep.include({ step: 2, targets: ['platform', 'owner'] });
    await eventually(async () => {
      const { rows } = await around.database.pool.query(
        "SELECT expired_at IS NOT NULL AS expired FROM notifications WHERE shop_id = 'corner'",
      );
      expect(rows).to.deep.equal([{ expired: true }]);
    });
    expect(callsOf('corner')).to.have.length(3);
  }).timeout(30_000);

  it('is told to no one more once it is acknowledged', async () => {
    const till = await around.open(service, 'till-1', { query: { shop: 'market' } });
    await pay('market');
    await till.nextOf('escalation');
    till.socket.send(JSON.stringify({ kind: 'ack', seq: 1 }));
    await till.nextOf('receipt');
    const { rows } = await around.database.pool.query(
      `SELECT (SELECT count(*)::int FROM escalations WHERE shop_id = 'market') AS open,
         (SELECT max(decided_at) FROM escalation_steps WHERE shop_id = 'market') <
           (SELECT acked_at FROM receipts WHERE shop_id = 'market') AS before`,
    );
    expect(rows).to.deep.equal([{ open: 0, before: true }]);
  }).timeout(20_000);

  it('is told by the policy of the shop, where it has its own', async () => {
    const body = {
      steps: [{ afterSeconds: 1, when: 'unacknowledged', targets: ['owner'] }],
      expireAfterSeconds: 60,
    };
    const put = await ask(service.url, '/shops/hill/escalation-policy', { method: 'PUT', body });
    expect(put.status).to.equal(200);
    await pay('hill');
    await eventually(() => expect(callsOf('hill').map(({ path }) => path)).to.deep.equal(['/owner']));
    expect(callsOf('hill')[0]?.data.presence).to.equal('silent');
  }).timeout(20_000);
});
