/** One order from created to spoken, over HTTP. */

import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { ask, post } from '../support/http-client.ts';
import type { Service } from '../support/service.ts';
import { createSurroundings, type Surroundings } from '../support/surroundings.ts';
import { makeToken, WITH_SECRET } from '../support/tokens.ts';

describe('the timeline of an order', () => {
  let around: Surroundings;
  let service: Service;
  before(async () => {
    around = await createSurroundings();
    service = await around.serve();
  });
  after(() => around.tearDown());

  const stepsOf = async (path: string) => {
    const { status, body } = await ask(service.url, path);
    expect(status).to.equal(200);
    return body.data.steps as { what: string; at: string }[];
  };
  const kinds = (steps: readonly { what: string }[]) => steps.map(({ what }) => what);

  async function payOne(shopId: string, number: string): Promise<number> {
    const { body } = await post(service.url, '/orders', { number, shopId, amount: 1 });
    await post(service.url, '/payments/notify', { outTradeNo: number, shopId });
    return body.data.id;
  }

  it('shows each step of one that was reported, escalated, delivered and acknowledged, in the order of time', async () => {
    const till = await around.open(service, 'till-1', { query: { shop: 'whole' } });
    await till.nextOf('ready');
    const id = await payOne('whole', 'whole-1');
    const { seq } = await till.nextOf('notification');
    till.send({ kind: 'seen', seq });
    await eventually(async () =>
      expect(kinds(await stepsOf(`/orders/${id}/timeline`))).to.deep.equal([
        'created',
        'paid',
        'published',
        'logged',
        'broadcast',
        'seen',
      ]),
    );
    await around.database.pool.query(
      `INSERT INTO escalation_steps (shop_id, seq, cycle, step, policy_id, condition, targets, presence, due_at)
       VALUES ('whole', $1, 0, 1, 1, 'unheard', '{manager}', 'silent', now())`,
      [seq],
    );
    await around.database.pool.query(
      `INSERT INTO deliveries (type, shop_id, seq, cycle, step, target, event_id, body, expires_at, state, attempts, last_attempt_at, ended_at)
       VALUES ('notification.escalated', 'whole', $1, 0, 1, 'manager', 'bell-1', '{}', now(), 'delivered', 2, clock_timestamp(), clock_timestamp())`,
      [seq],
    );
    till.send({ kind: 'spoken', seq });
    await eventually(async () => expect(kinds(await stepsOf(`/orders/${id}/timeline`))).to.include('spoken'));
    till.send({ kind: 'ack', seq });
    await till.nextOf('receipt');

    const steps = await stepsOf(`/orders/${id}/timeline`);
    expect(kinds(steps)).to.deep.equal([
      ...[
        'created',
        'paid',
        'published',
        'logged',
        'broadcast',
        'seen',
        'escalated',
        'delivery',
        'spoken',
        'acknowledged',
      ],
    ]);
    const times = steps.map(({ at }) => Date.parse(at));
    expect(times).to.deep.equal(times.toSorted((a, b) => a - b));
    const place = { shopId: 'whole', seq };
    expect(steps.slice(4).map(({ at, ...step }) => step)).to.deep.equal([
      { what: 'broadcast', ...place },
      { what: 'seen', ...place, sid: 'till-1' },
      {
        ...{ what: 'escalated', ...place, step: 1, cycle: 0, when: 'unheard' },
        ...{ targets: ['manager'], presence: 'silent' },
      },
      { what: 'delivery', ...place, step: 1, cycle: 0, target: 'manager', state: 'delivered', attempts: 2 },
      { what: 'spoken', ...place, sid: 'till-1' },
      { what: 'acknowledged', ...place, sid: 'till-1' },
    ]);
  });

  it('says that the event waits while the broker is away, and shows nothing of an order that is unknown', async () => {
    const order = await post(service.url, '/orders', { number: 'waits-1', shopId: 'waits', amount: 1 });
    const { id } = order.body.data;
    await around.database.pool.query(
      `WITH paid AS (UPDATE orders SET paid_event_id = '01956b2c-5b1a-7f44-b1d0-0d8a3f2c9e61', paid_at = now(), status = 2, pay_status = 1 WHERE id = $1)
       INSERT INTO outbox (routing_key, event_id, body) VALUES ('order.elsewhere', '01956b2c-5b1a-7f44-b1d0-0d8a3f2c9e61', '{}')`,
      [id],
    );
    expect(kinds(await stepsOf(`/orders/${id}/timeline`))).to.deep.equal(['created', 'paid', 'waits']);
    const unknown = await ask(service.url, '/orders/4711/timeline');
    expect([unknown.status, unknown.body.reason]).to.deep.equal([404, 'order-not-found']);
    for (const path of ['/orders/x/timeline', '/orders/1/timeline?shop=a.b']) {
      expect((await ask(service.url, path)).status).to.equal(422);
    }
  });

  it('is of one shop where several have orders of the id, and of those that the token covers', async () => {
    await around.pay('north', 77, 77);
    await around.pay('south', 77, 77);
    await eventually(async () => expect(await stepsOf('/orders/77/timeline')).to.have.length(2));
    expect(await stepsOf('/orders/77/timeline?shop=south')).to.have.length(1);

    const guarded = await around.serve(WITH_SECRET);
    const askAs = async (claims: Record<string, string>, path: string) => {
      const token = await makeToken({ claims });
      return ask(guarded.url, path, { headers: { authorization: `Bearer ${token}` } });
    };
    const north = { shop: 'north', scope: 'log:read' };
    const mine = await askAs(north, '/orders/77/timeline');
    expect(mine.body.data.steps.map(({ shopId }: { shopId: string }) => shopId)).to.deep.equal(['north']);
    expect(mine.body.data.number).to.equal(null);
    expect((await askAs(north, '/orders/77/timeline?shop=south')).status).to.equal(403);
    const id = await payOne('south', 'south-1');
    expect((await askAs(north, `/orders/${id}/timeline`)).status).to.equal(404);
    expect((await askAs({ shop: 'south', scope: 'orders:write' }, `/orders/${id}/timeline`)).status).to.equal(
      200,
    );
    expect((await askAs({ shop: 'south', scope: 'listen' }, `/orders/${id}/timeline`)).status).to.equal(403);
    expect((await ask(guarded.url, `/orders/${id}/timeline`)).status).to.equal(401);
  });
});
