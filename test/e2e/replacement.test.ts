import { connect } from 'node:net';
import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import type { Service } from '../support/service.ts';
import { createSurroundings, PLAIN, type Surroundings } from '../support/surroundings.ts';

describe('a second connection with the same sid', () => {
  let around: Surroundings;
  let service: Service;
  let other: Service;
  before(async () => {
    around = await createSurroundings();
    service = await around.serve();
    other = await around.serve();
  });
  after(() => around.tearDown());

  for (const options of [PLAIN, {}]) {
    const kind = options === PLAIN ? 'plain' : 'v1';
    it(`ends the first with 4001 and goes on receiving (${kind})`, async () => {
      const query = { shop: `replaced-${kind}` };
      const first = await around.open(service, 'till', { ...options, query });
      const second = await around.open(service, 'till', { ...options, query });
      expect(await first.closed).to.equal(4001);
      await around.pay(query.shop, 1, 1);
      await eventually(() => expect(second.frames.at(-1)).to.include({ orderId: 1 }));
      expect(second.socket.readyState).to.equal(second.socket.OPEN);
    });
  }

  it("goes on receiving, and is replaced in its turn, when the first one's close comes after", async () => {
    const query = { shop: 'late-close' };
    const first = await around.open(service, 'till', { query });
    first.socket.pause(); // does not take the close frame, so its close comes late
    const second = await around.open(service, 'till', { query });
    await second.nextOf('ready');
    first.socket.terminate();
    await first.closed;
    await around.pay(query.shop, 1, 1);
    expect(await second.nextOf('notification')).to.include({ seq: 1 });
    const third = await around.open(service, 'till', { query });
    expect(await second.closed, 'the map still knew the second').to.equal(4001);
    await third.nextOf('ready');
    await third.close();
  });

  it('leaves one session of each sid when many come at once', async () => {
    const query = { shop: 'crowd' };
    const clients = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        around.open(service, `till-${index % 3}`, { ...PLAIN, query }),
      ),
    );
    await eventually(() => {
      const open = clients.filter(({ socket }) => socket.readyState === socket.OPEN);
      expect(open).to.have.length(3);
    });
    const open = clients.filter(({ socket }) => socket.readyState === socket.OPEN);
    await around.pay('crowd', 1, 1);
    for (const client of open) expect(await client.next()).to.include({ orderId: 1 });
  });

  it('leaves the same sid of another shop, and other sids, alone', async () => {
    const one = await around.open(service, 'till', { query: { shop: 'one' } });
    const two = await around.open(service, 'till', { query: { shop: 'two' } });
    const three = await around.open(service, 'till-3', { query: { shop: 'one' } });
    await around.pay('one', 1, 1);
    await around.pay('two', 2, 2);
    for (const client of [one, two, three]) await client.nextOf('notification');
  });

  it('ends the first within about a second when it is at another gateway', async () => {
    const query = { shop: 'across' };
    const first = await around.open(service, 'till', { query });
    await first.nextOf('ready');
    const startedAt = performance.now();
    const second = await around.open(other, 'till', { query });
    expect(await first.closed).to.equal(4001);
    expect(performance.now() - startedAt).to.be.below(2_000);
    await around.pay('across', 1, 1);
    expect(await second.nextOf('notification')).to.include({ seq: 1 });
    const third = await around.open(service, 'till', { query });
    expect(await second.closed, 'and back again').to.equal(4001);
    await third.close();
  });

  it('ends a first one that went without a word', async () => {
    const query = { shop: 'vanished' };
    const { port } = new URL(service.url);
    const raw = connect(Number(port), '127.0.0.1');
    const headers = [
      'GET /ws/till?shop=vanished HTTP/1.1',
      'Host: x',
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ];
    raw.write(`${headers.join('\r\n')}\r\n\r\n`);
    let received = '';
    raw.on('data', (data) => {
      received += data.toString('latin1');
    });
    await eventually(() => expect(received).to.contain('101 Switching Protocols'));
    const second = await around.open(service, 'till', { query });
    await eventually(() => expect(received, 'the code in a close frame').to.contain('\x0f\xa1'));
    raw.destroy();
    await around.pay('vanished', 1, 1);
    expect(await second.nextOf('notification')).to.include({ seq: 1 });
  });
});
