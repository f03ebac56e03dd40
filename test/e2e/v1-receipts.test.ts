import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { ask } from '../support/http-client.ts';
import type { Service } from '../support/service.ts';
import type { SocketClient } from '../support/socket-client.ts';
import { createSurroundings, PLAIN, type Surroundings, seqsOf } from '../support/surroundings.ts';

describe('receipts', () => {
  let around: Surroundings;
  let service: Service;
  let other: Service;
  before(async () => {
    around = await createSurroundings();
    const env = { GATEWAY_TAIL_LENGTH: '2', GATEWAY_PAGE_SIZE: '2', GATEWAY_COMPARE_SECONDS: '3600' };
    service = await around.serve(env);
    other = await around.serve(env);
  });
  after(() => around.tearDown());

  async function shopWith(
    shop: string,
    length: number,
    sids: string[],
    at = service,
  ): Promise<SocketClient[]> {
    const clients = await Promise.all(sids.map((sid) => around.open(at, sid, { query: { shop } })));
    for (const client of clients) await client.nextOf('ready');
    await around.pay(shop, 1, length);
    for (const client of clients) await eventually(() => expect(seqsOf(client)).to.have.length(length));
    return clients;
  }
  const receiptsOf = ({ frames }: SocketClient) => frames.filter(({ kind }) => kind === 'receipt');
  const numbers = (client: SocketClient) => receiptsOf(client).map(({ n }) => n);

  it('tell every session of the shop, the sender too, who acknowledged what', async () => {
    const [a, b] = await shopWith('told', 3, ['till-a', 'till-b']);
    const [elsewhere] = await shopWith('elsewhere', 1, ['till-a']);
    a?.send({ kind: 'ack', seq: 2 });
    const receipt = await b?.nextOf('receipt');
    expect(receipt).to.deep.include({ kind: 'receipt', n: 1, seq: 2, sid: 'till-a' });
    expect(new Date(receipt?.at).toISOString()).to.equal(receipt?.at);
    expect(await a?.nextOf('receipt')).to.deep.equal(receipt);
    b?.send({ kind: 'ack', seq: 1 });
    expect(await a?.nextOf('receipt')).to.include({ n: 2, seq: 1, sid: 'till-b' });
    expect(elsewhere && receiptsOf(elsewhere)).to.deep.equal([]);
  });

  it('are not given for an acknowledgement of another log, which is refused', async () => {
    const [a] = await shopWith('another-log', 2, ['till-a']);
    const epoch = a?.frames.find(({ kind }) => kind === 'ready')?.epoch;
    a?.send({ kind: 'ack', seq: 1, epoch });
    expect(await a?.nextOf('receipt')).to.include({ n: 1, seq: 1 });
    // The client has not been told yet: the gateways compare once an hour here.
    await around.database.pool.query("UPDATE shops SET epoch = gen_random_uuid() WHERE id = 'another-log'");
    a?.send({ kind: 'ack', seq: 2, epoch });
    expect(await a?.nextOf('error')).to.include({ code: 'wrong-epoch', seq: 2 });
    const { rows } = await around.database.pool.query(
      "SELECT seq::int FROM receipts WHERE shop_id = 'another-log'",
    );
    expect(rows).to.deep.equal([{ seq: 1 }]);
  });

  it('are one for each notification: the first acknowledgement wins', async () => {
    const [a, b] = await shopWith('first-wins', 2, ['till-a', 'till-b']);
    for (let round = 0; round < 5; round++) {
      a?.send({ kind: 'ack', seq: 1 });
      b?.send({ kind: 'ack', seq: 1 });
    }
    a?.send({ kind: 'ack', seq: 2 });
    for (const client of [a, b]) {
      await eventually(() => expect(client && receiptsOf(client).map(({ seq }) => seq)).to.include(2));
      expect(client && numbers(client)).to.deep.equal([1, 2]);
    }
    const { rows } = await around.database.pool.query("SELECT FROM receipts WHERE shop_id = 'first-wins'");
    expect(rows).to.have.length(2);
  });

  it('are one for each of an acknowledgement of many, in the order of seq, and name what was not there', async () => {
    const [a, b] = await shopWith('many', 4, ['till-a', 'till-b']);
    b?.send({ kind: 'ack', seq: 2 });
    await a?.nextOf('receipt');
    a?.send({ kind: 'ack', seqs: [4, 2, 1, 9, 4] });
    expect(await a?.nextOf('error')).to.include({ code: 'unknown-seq', seq: 9 });
    for (const client of [a, b]) {
      await eventually(() => expect(client && numbers(client)).to.deep.equal([1, 2, 3]));
      expect(
        client && receiptsOf(client).map(({ seq, sid, reason }) => `${seq} ${sid} ${reason}`),
      ).to.deep.equal([...['2 till-b acknowledged', '1 till-a acknowledged', '4 till-a acknowledged']]);
    }
    for (const seqs of [[], [0], ['1'], Array.from({ length: 501 }, (_, index) => index + 1)]) {
      a?.send({ kind: 'ack', seqs });
      expect(await a?.nextOf('error'), String(seqs.length)).to.include({ code: 'bad-frame' });
    }
  });

  it('move what ready and a page say is open', async () => {
    const [a] = await shopWith('open', 4, ['till-a']);
    const openOf = async () => {
      const till = await around.open(service, 'till-b', { query: { shop: 'open' } });
      const { open, now } = await till.nextOf('ready');
      till.socket.close();
      expect(Math.abs(Date.parse(now) - Date.now())).to.be.below(60_000);
      const page = (await ask(service.url, '/shops/open/notifications')).body.data;
      expect(page.open).to.equal(open);
      return open;
    };
    expect(await openOf()).to.equal(1);
    a?.send({ kind: 'ack', seqs: [2, 4] });
    await a?.nextOf('receipt');
    expect(await openOf()).to.equal(1);
    a?.send({ kind: 'ack', seq: 1 });
    await eventually(() => expect(a && numbers(a)).to.have.length(3));
    expect(await openOf()).to.equal(3);
    a?.send({ kind: 'ack', seq: 3 });
    await eventually(() => expect(a && numbers(a)).to.have.length(4));
    expect(await openOf()).to.equal(5);
  });

  it('reach the sessions of another gateway, also when they are its first', async () => {
    const [here] = await shopWith('crossing', 2, ['here']);
    const [there] = await shopWith('crossing', 0, ['there'], other);
    here?.send({ kind: 'ack', seq: 1 });
    expect(await there?.nextOf('receipt')).to.include({ n: 1, seq: 1, sid: 'here' });
    there?.send({ kind: 'ack', seq: 2 });
    expect(await here?.nextOf('receipt')).to.include({ n: 1 });
    expect(await here?.nextOf('receipt')).to.include({ n: 2, seq: 2, sid: 'there' });
  });

  it('are resumed with receiptsSince, from memory and from the log', async () => {
    const [a] = await shopWith('resumed', 5, ['till-a']);
    for (const seq of [5, 4, 3, 2, 1]) a?.send({ kind: 'ack', seq });
    await eventually(() => expect(a && numbers(a)).to.have.length(5));
    for (const receiptsSince of [0, 2, 4, 5]) {
      const client = await around.open(service, `after-${receiptsSince}`, {
        query: { shop: 'resumed', since: 5, receiptsSince },
      });
      expect(await client.nextOf('ready')).to.include({ receipts: 5 });
      expect(numbers(client)).to.deep.equal([1, 2, 3, 4, 5].slice(receiptsSince));
    }
  });

  it('stand in the replayed notification', async () => {
    const [a] = await shopWith('replayed', 6, ['till-a']);
    for (const seq of [2, 6]) a?.send({ kind: 'ack', seq });
    await eventually(() => expect(a && numbers(a)).to.have.length(2));
    const received = a && receiptsOf(a).find(({ seq }) => seq === 2);
    const client = await around.open(service, 'later', { query: { shop: 'replayed', since: 0 } });
    await client.nextOf('ready');
    const by = client.frames.flatMap(({ kind, ackedBy }) =>
      kind === 'notification' ? [ackedBy ?? '-'] : [],
    );
    expect(by).to.deep.equal(['-', 'till-a', '-', '-', '-', 'till-a']);
    expect(client.frames[1]).to.include({ seq: 2, ackedAt: received?.at });
    expect(client.frames[0]).not.to.have.property('ackedAt');
    expect(numbers(client)).to.deep.equal([]);
  });

  it('never reach a plain client', async () => {
    const plain = await around.open(service, 'plain', { ...PLAIN, query: { shop: 'quiet' } });
    const [a] = await shopWith('quiet', 1, ['till-a']);
    a?.send({ kind: 'ack', seq: 1 });
    await a?.nextOf('receipt');
    await around.pay('quiet', 2, 2);
    await plain.next();
    await plain.next();
    expect(plain.frames.map(({ orderId }) => orderId)).to.deep.equal([1, 2]);
  });
});
