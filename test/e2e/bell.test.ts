/** From the payment, or an upstream service's event, to the frame. */

import { expect } from 'chai';
import { publishAll } from '../support/events.ts';
import { eventually } from '../support/eventually.ts';
import { ask, post } from '../support/http-client.ts';
import type { Service } from '../support/service.ts';
import type { SocketClient } from '../support/socket-client.ts';
import { createSurroundings, PLAIN, type Surroundings } from '../support/surroundings.ts';

describe('the bell', () => {
  let around: Surroundings;
  let service: Service;
  before(async () => {
    around = await createSurroundings();
    service = await around.serve();
  });
  after(() => around.tearDown());

  /** A plain client whose frames are kept as they came. */
  async function openPlain(sid: string, shop: string): Promise<SocketClient & { texts: string[] }> {
    const client = await around.open(service, sid, { ...PLAIN, query: { shop } });
    const texts: string[] = [];
    client.socket.on('message', (data) => texts.push(data.toString()));
    return { ...client, texts };
  }
  const publish = (key: string, body: unknown, properties = {}) =>
    publishAll(around.broker.connection, around.broker.names.orders, [{ key, body, properties }]);
  async function deadLetterReason(): Promise<unknown> {
    const channel = await around.broker.connection.createChannel();
    const message = await eventually(async () => {
      const found = await channel.get(around.broker.names.deadLetters, { noAck: true });
      if (found === false) throw new Error('no dead letter');
      return found;
    });
    await channel.close();
    return message.properties.headers?.['x-orderbell-reason'];
  }

  it('rings for a paid order and for its reminder, exactly as existing front ends read it', async () => {
    const plain = await openPlain('till-1', 'default');
    const { id, number } = (await post(service.url, '/orders', { amount: 6800 })).body.data;
    await post(service.url, '/payments/notify', { outTradeNo: number });
    await plain.next();
    await ask(service.url, `/reminder/${id}`);
    await plain.next();
    expect(plain.texts).to.deep.equal([
      `{"type":1,"orderId":${id},"content":"订单号： ${number}"}`,
      `{"type":2,"orderId":${id},"content":"订单号: ${id}"}`,
    ]);
  });

  it('rings for a v1 client with seq, event and time', async () => {
    const client = await around.open(service, 'till-2', { query: { shop: 'v1' } });
    expect(await client.next()).to.include({ kind: 'ready', shop: 'v1', head: 0, oldest: 1, receipts: 0 });
    const order = { number: 'v1-1', shopId: 'v1', amount: 1 };
    const { id } = (await post(service.url, '/orders', order)).body.data;
    await post(service.url, '/payments/notify', { outTradeNo: 'v1-1', paidAt: '2025-03-06T17:14:35Z' });
    const { eventId, ...frame } = await client.next();
    expect(eventId).to.match(/^[0-9a-f-]{36}$/);
    expect(frame).to.deep.equal({
      kind: 'notification',
      seq: 1,
      type: 1,
      orderId: id,
      content: '订单号： v1-1',
      occurredAt: '2025-03-06T17:14:35.000Z',
    });
  });

  it('rings for events of an upstream service that have only the required fields', async () => {
    const plain = await openPlain('till-3', 'default');
    await publish('order.paid', { orderId: 1024, orderNumber: '2025030617143500001' });
    await plain.next();
    await publish('order.reminded', { orderId: 1024 });
    await plain.next();
    expect(plain.texts).to.deep.equal([
      '{"type":1,"orderId":1024,"content":"订单号： 2025030617143500001"}',
      '{"type":2,"orderId":1024,"content":"订单号: 1024"}',
    ]);
  });

  it('keeps an order id above 2^53 that came as a string, to the last digit', async () => {
    const plain = await openPlain('till-4', 'big');
    const client = await around.open(service, 'till-5', { query: { shop: 'big' } });
    await client.nextOf('ready');
    const body = { shopId: 'big', orderId: '18446744073709551615', orderNumber: 'n' };
    await publish('order.paid', body);
    await publish('order.paid', { ...body, orderId: '9007199254740991' });
    expect((await client.next()).orderId).to.equal('18446744073709551615');
    expect((await client.next()).orderId, 'a string that fits becomes a number').to.equal(2 ** 53 - 1);
    await eventually(() => expect(plain.texts).to.have.length(2));
    expect(plain.texts[0]).to.equal('{"type":1,"orderId":"18446744073709551615","content":"订单号： n"}');
  });

  for (const [what, body] of [
    ['an order id above 2^53 that came as a number', '{"orderId":9007199254740993,"orderNumber":"n"}'],
    ['an order number that is markup', { orderId: 1, orderNumber: '<img src=x onerror=alert(1)>' }],
    ['an order number with an entity', { orderId: 1, orderNumber: '&lt;b&gt;' }],
  ] as const) {
    it(`sends ${what} to the dead letters and rings for the next event`, async () => {
      const plain = await openPlain('till-6', 'default');
      await publish('order.paid', body);
      expect(await deadLetterReason()).to.equal('invalid');
      await publish('order.paid', {
        orderId: 2,
        orderNumber: 'good',
        eventId: `after ${what}`.replaceAll(' ', '-'),
      });
      await plain.next();
      expect(plain.texts).to.deep.equal(['{"type":1,"orderId":2,"content":"订单号： good"}']);
    });
  }

  it('rings only for the sessions of the shop', async () => {
    const [here, also, there] = await Promise.all([
      openPlain('a', 'here'),
      openPlain('b', 'here'),
      openPlain('a', 'there'),
    ]);
    await around.pay('here', 1, 1);
    await around.pay('there', 2, 2);
    await Promise.all([here.next(), also.next(), there.next()]);
    await around.pay('here', 3, 3);
    await Promise.all([here.next(), also.next()]);
    const ids = (client: SocketClient) => client.frames.map(({ orderId }) => orderId);
    expect([ids(here), ids(also), ids(there)]).to.deep.equal([[1, 3], [1, 3], [2]]);
  });

  it('shows a second reminder with the same event id once', async () => {
    const plain = await openPlain('till-7', 'twice');
    const event = { shopId: 'twice', orderId: 7, eventId: 'twice-7' };
    await publish('order.reminded', event);
    await publish('order.reminded', event);
    await around.pay('twice', 8, 8);
    await plain.next();
    await plain.next();
    expect(plain.frames.map(({ orderId }) => orderId)).to.deep.equal([7, 8]);
  });
});
