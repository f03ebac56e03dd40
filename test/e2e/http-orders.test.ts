import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { ask, post } from '../support/http-client.ts';
import type { Service } from '../support/service.ts';
import { createSurroundings, type Surroundings } from '../support/surroundings.ts';

describe('orders over HTTP', () => {
  let around: Surroundings;
  let service: Service;
  before(async () => {
    around = await createSurroundings();
    service = await around.serve();
  });
  after(() => around.tearDown());

  const create = async (body: object = { amount: 6800 }) =>
    (await post(service.url, '/orders', body)).body.data;
  const cancel = (id: number) =>
    around.database.pool.query('UPDATE orders SET status = 6 WHERE id = $1', [id]);
  const recorded = async (id: number) => {
    const page = await ask(service.url, '/shops/default/notifications?limit=1000');
    return page.body.data.notifications.filter((one: { orderId: number }) => one.orderId === id);
  };

  it('creates an unpaid order and says where it is', async () => {
    const { status, headers, body } = await post(service.url, '/orders', {
      number: 'A.b_c-1',
      shopId: 'corner',
      amount: 6800,
      unknown: 1,
    });
    expect(status).to.equal(201);
    expect(headers['content-type']).to.equal('application/json; charset=utf-8');
    const { id, createdAt, ...rest } = body.data;
    expect(headers.location).to.equal(`/orders/${id}`);
    expect(new Date(createdAt).toISOString()).to.equal(createdAt);
    expect(rest).to.deep.equal({
      number: 'A.b_c-1',
      shopId: 'corner',
      amount: 6800,
      status: 1,
      payStatus: 0,
      paidAt: null,
    });
    expect((await ask(service.url, `/orders/${id}`)).body).to.deep.equal({
      code: 1,
      msg: null,
      data: body.data,
    });
  });

  it('gives an order that came without a number one of its own, and the default shop', async () => {
    const [one, two] = [await create(), await create()];
    expect(one.number).to.match(/^[0-9]{23}$/);
    expect(one.number).not.to.equal(two.number);
    expect(one.shopId).to.equal('default');
  });

  it('refuses a number that is taken', async () => {
    await create({ number: 'twice', amount: 1 });
    const { status, body } = await post(service.url, '/orders', { number: 'twice', amount: 1 });
    expect([status, body.code, body.reason, body.data]).to.deep.equal([409, 0, 'number-taken', null]);
  });

  it('lets another shop have the same number', async () => {
    const [one, two] = [
      await create({ number: 'ours-and-theirs', amount: 1, shopId: 'corner' }),
      await create({ number: 'ours-and-theirs', amount: 1, shopId: 'hill' }),
    ];
    expect([one.shopId, two.shopId]).to.deep.equal(['corner', 'hill']);
    const again = await post(service.url, '/orders', {
      number: 'ours-and-theirs',
      amount: 1,
      shopId: 'hill',
    });
    expect([again.status, again.body.reason]).to.deep.equal([409, 'number-taken']);
  });

  it('marks an order paid once, and answers a repeat with 200 and no second notification', async () => {
    const { id, number } = await create();
    const notice = { outTradeNo: number, transactionId: 'tx-1', paidAt: '2025-03-06T17:14:35+08:00' };
    const first = await post(service.url, '/payments/notify', notice);
    expect(first.status).to.equal(200);
    expect(first.body.data).to.include({ id, status: 2, payStatus: 1, paidAt: '2025-03-06T09:14:35.000Z' });
    const repeat = await post(service.url, '/payments/notify', {
      outTradeNo: number,
      paidAt: '2026-01-01T00:00:00Z',
    });
    expect(repeat.status).to.equal(200);
    expect(repeat.body).to.deep.equal(first.body);
    const { id: later } = await payAnother();
    await eventually(async () => expect(await recorded(later)).to.have.length(1));
    expect(await recorded(id)).to.have.length(1);
  });

  async function payAnother() {
    const order = await create();
    await post(service.url, '/payments/notify', { outTradeNo: order.number });
    return order;
  }

  it('takes any offset of a payment time, and a leap second', async () => {
    for (const [index, paidAt] of [
      '2025-03-06T17:14:35+23:59',
      '2025-03-06T17:14:35-16:00',
      '2016-12-31T23:59:60Z',
    ].entries()) {
      const outTradeNo = `offset-${index}`;
      await post(service.url, '/orders', { number: outTradeNo, amount: 1 });
      const { status, body } = await post(service.url, '/payments/notify', { outTradeNo, paidAt });
      expect(status, paidAt).to.equal(200);
      expect(body.data.paidAt).to.match(/Z$/);
    }
  });

  it('refuses a payment time that no event can have, or that is over a day ahead, and marks nothing', async () => {
    const { id, number } = await create();
    const ahead = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
    for (const [paidAt, rule] of [
      [
        '1970-01-01T00:00:00+14:00',
        'must be an ISO 8601 date and time with its offset, from 1970 to 2999 in UTC',
      ],
      [
        '2999-12-31T23:59:59-23:59',
        'must be an ISO 8601 date and time with its offset, from 1970 to 2999 in UTC',
      ],
      [ahead(25), 'is more than a day ahead of our clock'],
    ] as const) {
      const { status, body } = await post(service.url, '/payments/notify', { outTradeNo: number, paidAt });
      expect([status, body.reason, body.msg]).to.deep.equal([422, 'invalid', `/paidAt: ${rule}`]);
    }
    expect((await ask(service.url, `/orders/${id}`)).body.data).to.include({ status: 1, payStatus: 0 });
    const taken = await post(service.url, '/payments/notify', { outTradeNo: number, paidAt: ahead(23) });
    expect(taken.status).to.equal(200);
    await eventually(async () => expect(await recorded(id)).to.have.length(1));
  });

  it('goes on with warm connections after a migration has added a column to the orders', async () => {
    const burst = () =>
      Promise.all(
        Array.from({ length: 20 }, async () => {
          const { id, number } = await create();
          const paid = await post(service.url, '/payments/notify', { outTradeNo: number });
          const reminded = await post(service.url, `/orders/${id}/reminders`);
          const shown = await ask(service.url, `/orders/${id}`);
          return [paid.status, reminded.status, shown.status];
        }),
      );
    await burst();
    await around.database.pool.query('ALTER TABLE orders ADD COLUMN tip integer');
    expect(new Set((await burst()).flat())).to.deep.equal(new Set([200]));
  });

  it('does not set an accepted order back when its payment is repeated', async () => {
    const { id, number } = await payAnother();
    await around.database.pool.query('UPDATE orders SET status = 4 WHERE id = $1', [id]);
    expect((await post(service.url, '/payments/notify', { outTradeNo: number })).status).to.equal(200);
    expect((await ask(service.url, `/orders/${id}`)).body.data.status).to.equal(4);
  });

  it('lets one of a hundred concurrent payment callbacks record the event', async () => {
    const { id, number } = await create();
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => post(service.url, '/payments/notify', { outTradeNo: number })),
    );
    expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([200]));
    const { id: later } = await payAnother();
    await eventually(async () => expect(await recorded(later)).to.have.length(1));
    expect(await recorded(id)).to.have.length(1);
  });

  it('refuses to be paid for a cancelled order', async () => {
    const { id, number } = await create();
    await cancel(id);
    const { status, body } = await post(service.url, '/payments/notify', { outTradeNo: number });
    expect([status, body.reason, body.msg]).to.deep.equal([409, 'order-cancelled', '订单已取消']);
  });

  it('answers 404 to whatever names an order that is not there', async () => {
    const answers = await Promise.all([
      post(service.url, '/payments/notify', { outTradeNo: 'nobody' }),
      post(service.url, '/orders/999999/reminders'),
      ask(service.url, '/reminder/999999'),
      ask(service.url, '/orders/999999'),
      ask(service.url, '/orders/99999999999999999999'),
      ask(service.url, '/reminder/18446744073709551615'),
    ]);
    for (const { status, body } of answers) {
      expect(status).to.equal(404);
      expect(body).to.deep.equal({ code: 0, msg: '订单不存在', reason: 'order-not-found', data: null });
    }
  });

  for (const [method, path] of [
    ['POST', (id: number) => `/orders/${id}/reminders`],
    ['GET', (id: number) => `/reminder/${id}`],
  ] as const) {
    describe(`${method} ${path(0)}`, () => {
      it('records a reminder, and the next one too soon is 429 with when to come back', async () => {
        const { id } = await payAnother();
        const first = await ask(service.url, path(id), { method });
        expect([first.status, first.body.code, first.body.data.id]).to.deep.equal([200, 1, id]);
        const { status, headers, body } = await ask(service.url, path(id), { method });
        expect([status, body.code, body.reason]).to.deep.equal([429, 0, 'reminder-too-soon']);
        expect(Number(headers['retry-after'])).to.be.within(1, 60);
        await eventually(async () => {
          const types = (await recorded(id)).map(({ type }: { type: number }) => type);
          expect(types.toSorted()).to.deep.equal([1, 2]);
        });
      });

      it('answers 409 while the order does not await the shop', async () => {
        for (const status of [1, 5, 6]) {
          const { id } = await create();
          await around.database.pool.query('UPDATE orders SET status = $2 WHERE id = $1', [id, status]);
          const answer = await ask(service.url, path(id), { method });
          expect(answer.status).to.equal(409);
          expect(answer.body).to.include({ code: 0, reason: 'order-not-waiting', msg: '订单状态错误' });
        }
      });

      it('records nothing for a prefetch', async () => {
        const { id } = await payAnother();
        const prefetch = { method, headers: { 'Sec-Purpose': 'prefetch;prerender' } };
        expect((await ask(service.url, path(id), prefetch)).status).to.equal(403);
        expect((await ask(service.url, path(id), { method })).status, 'not too soon').to.equal(200);
      });
    });
  }

  it('lets no cache keep an answer of GET /reminder/:id', async () => {
    const { id } = await payAnother();
    for (let round = 0; round < 2; round++) {
      expect((await ask(service.url, `/reminder/${id}`)).headers['cache-control']).to.equal('no-store');
    }
  });

  it('takes a reminder that comes with a body, and reads the next request behind it', async () => {
    const { id } = await payAnother();
    const body = Buffer.alloc(200_000, 'x');
    expect((await post(service.url, `/orders/${id}/reminders`, body)).status).to.equal(200);
    expect((await ask(service.url, '/healthz')).status).to.equal(200);
  });
});
