/** What somebody who may publish to the broker tells the gateways: they take nothing that the processes did not sign. */

import { createHmac, randomBytes } from 'node:crypto';
import type { ConsumeMessage } from 'amqplib';
import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { upTo } from '../support/fake-log.ts';
import { scrape } from '../support/metrics.ts';
import type { Service } from '../support/service.ts';
import type { SocketClient } from '../support/socket-client.ts';
import { createSurroundings, PLAIN, type Surroundings, seqsOf } from '../support/surroundings.ts';

const MARKUP = '<img src=x onerror=alert(1)>';

describe('a forged announcement', () => {
  let around: Surroundings;
  let service: Service;
  let other: Service;
  /** All that the two services have announced. */
  let genuine: ConsumeMessage[];

  before(async () => {
    around = await createSurroundings();
    const env = { GATEWAY_COMPARE_SECONDS: '1' };
    service = await around.serve(env);
    other = await around.serve(env);
    genuine = [];
    const channel = await around.broker.connection.createChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    await channel.bindQueue(queue, around.broker.names.announcements, '#');
    await channel.consume(queue, (message) => message && genuine.push(message), { noAck: true });
  });
  after(() => around.tearDown());

  /** As whoever may publish to the exchange does, under every routing key that a gateway may listen to. */
  async function forge(body: Buffer | string, shop: string): Promise<void> {
    const channel = await around.broker.connection.createConfirmChannel();
    for (const key of ['signed', `shop.${shop}`]) {
      channel.publish(around.broker.names.announcements, key, Buffer.from(body));
    }
    await channel.waitForConfirms();
    await channel.close();
  }

  async function shopWith(shop: string, length: number): Promise<{ v1: SocketClient; plain: SocketClient }> {
    const v1 = await around.open(service, 'v1', { query: { shop } });
    const plain = await around.open(service, 'plain', { ...PLAIN, query: { shop } });
    await v1.nextOf('ready');
    await around.pay(shop, 1, length);
    await eventually(() => expect(seqsOf(v1)).to.deep.equal(upTo(length)));
    await eventually(() => expect(plain.frames).to.have.length(length));
    return { v1, plain };
  }
  const epochOf = ({ frames }: SocketClient) => frames.find(({ kind }) => kind === 'ready')?.epoch;

  /** What comes through after all of it: genuine events, and those alone. */
  async function expectUntouched(shop: string, { v1, plain }: { v1: SocketClient; plain: SocketClient }) {
    const before = seqsOf(v1).length;
    await around.pay(shop, before + 1, before + 2);
    await eventually(() => expect(seqsOf(v1)).to.deep.equal(upTo(before + 2)));
    await eventually(() => expect(plain.frames).to.have.length(before + 2));
    const contents = [...v1.frames, ...plain.frames].map(({ content }) => content ?? '');
    expect(contents.filter((content) => content.includes('<'))).to.deep.equal([]);
    for (const { socket } of [v1, plain]) expect(socket.readyState).to.equal(socket.OPEN);
  }

  /** The announcement in each of the forms that a forger can give to it. */
  function forms(printed: object, shared: object): [string, Buffer][] {
    const json = Buffer.from(JSON.stringify(printed));
    const mac = (key: Buffer) => createHmac('sha256', key).update(json).digest();
    return [
      ['in the form of the version before', Buffer.from(JSON.stringify(shared))],
      ['without a signature', json],
      ['with a signature of zeros', Buffer.concat([Buffer.alloc(32), json])],
      ['with a random signature', Buffer.concat([randomBytes(32), json])],
      ['signed with an empty key', Buffer.concat([mac(Buffer.alloc(0)), json])],
      ['signed with another key', Buffer.concat([mac(randomBytes(32)), json])],
    ];
  }

  it('of the next place in the log reaches no client, and holds back no alert', async () => {
    const shop = 'next-place';
    const clients = await shopWith(shop, 3);
    const epoch = epochOf(clients.v1);
    const occurredAt = new Date().toISOString();
    const row = {
      shopId: shop,
      seq: 4,
      eventId: 'forged',
      type: 1,
      orderId: 66,
      content: MARKUP,
      occurredAt,
    };
    const batch = { epoch, notifications: [row] };
    for (const [, body] of forms({ logged: [{ shopId: shop, ...batch }] }, { v: 1, ...batch })) {
      await forge(body, shop);
    }
    await expectUntouched(shop, clients);
  });

  it('of a receipt reaches no client', async () => {
    const shop = 'receipts';
    const { v1, plain } = await shopWith(shop, 3);
    const receipts = [{ shopId: shop, n: 1, seq: 2, sid: 'nobody', at: new Date().toISOString() }];
    const batch = { epoch: epochOf(v1), receipts };
    for (const [, body] of forms({ receipts: { shopId: shop, ...batch } }, { v: 1, ...batch })) {
      await forge(body, shop);
    }
    v1.send({ kind: 'ack', seq: 3 });
    expect(await v1.nextOf('receipt')).to.include({ n: 1, seq: 3, sid: 'v1' });
    await expectUntouched(shop, { v1, plain });
  });

  it('of a session ends none', async () => {
    const shop = 'sessions';
    const clients = await shopWith(shop, 1);
    for (const sid of ['v1', 'plain']) {
      const session = { shopId: shop, sid, id: 'zzz', openedAt: Date.now() + 60_000, order: 2 ** 52 };
      for (const [, body] of forms({ sessions: [session] }, { v: 1, session })) await forge(body, shop);
    }
    await expectUntouched(shop, clients);
  });

  it('is counted, whatever it is, and costs no gateway its work', async () => {
    const count = async () => {
      const rows = (await scrape(service.url)).samples.filter(
        ({ name }) => name === 'orderbell_announcements_refused_total',
      );
      return Object.fromEntries(rows.map(({ labels, value }) => [labels.reason, value]));
    };
    const before = await count();
    const bodies = [
      '',
      'x',
      '{',
      Buffer.alloc(31),
      Buffer.alloc(32),
      randomBytes(1_000),
      Buffer.alloc(2 ** 21),
    ];
    for (const body of bodies) await forge(body, 'counted');
    await eventually(async () => {
      const { foreign = 0, 'too-large': tooLarge = 0 } = await count();
      expect(foreign - (before.foreign ?? 0)).to.equal(bodies.length - 1);
      expect(tooLarge - (before['too-large'] ?? 0)).to.equal(1);
    });
    await expectUntouched('counted', await shopWith('counted', 1));
  });

  it('made of a genuine one with a byte changed is not believed', async () => {
    const shop = 'changed';
    const elsewhere = await around.open(other, 'elsewhere', { query: { shop } });
    const clients = await shopWith(shop, 2);
    await eventually(() => expect(seqsOf(elsewhere)).to.deep.equal([1, 2]));
    const ofShop = genuine.filter(({ content }) => content.includes(shop));
    expect(ofShop).not.to.have.length(0);
    for (const { content } of ofShop) {
      // The next place, and another content of the same length.
      const text = content
        .toString('latin1')
        .replaceAll('"seq":2', '"seq":3')
        .replaceAll('changed-2', 'c<hang>-2');
      await forge(Buffer.from(text, 'latin1'), shop);
    }
    await expectUntouched(shop, clients);
  });

  it('that was genuine once changes nothing when it is sent again', async () => {
    const shop = 'again';
    const clients = await shopWith(shop, 3);
    clients.v1.send({ kind: 'ack', seq: 1 });
    await clients.v1.nextOf('receipt');
    // A session that went over to the other gateway, and came back.
    for (const at of [service, other, service]) await around.open(at, 'till', { query: { shop } });
    const till = await around.open(other, 'till', { query: { shop } });
    await till.nextOf('ready');
    const captured = genuine.filter(({ content }) => content.includes(shop));
    for (const { content } of [...captured, ...captured.toReversed()]) await forge(content, shop);
    await around.pay(shop, 4, 4);
    expect(await till.nextOf('notification')).to.include({ seq: 4 });
    await expectUntouched(shop, clients);
    expect(clients.v1.frames.filter(({ kind }) => kind === 'receipt')).to.have.length(1);
    expect(till.socket.readyState).to.equal(till.socket.OPEN);
  });

  it('that was genuine once ends no session of a gateway that has started since', async () => {
    const shop = 'since';
    for (const at of [service, other, service]) {
      await (await around.open(at, 'till', { query: { shop } })).nextOf('ready');
    }
    const captured = genuine.filter(({ content }) => content.includes(shop));
    const fresh = await around.serve();
    const till = await around.open(fresh, 'till', { query: { shop } });
    await till.nextOf('ready');
    for (const { content } of captured) await forge(content, shop);
    await around.pay(shop, 1, 1);
    expect(await till.nextOf('notification')).to.include({ seq: 1 });
    expect(till.socket.readyState).to.equal(till.socket.OPEN);
  });
});
