import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { eventually } from '../support/eventually.ts';
import type { Service } from '../support/service.ts';
import { createSurroundings, PLAIN, type Surroundings } from '../support/surroundings.ts';

describe('a plain client', () => {
  let around: Surroundings;
  let service: Service;
  before(async () => {
    around = await createSurroundings();
    service = await around.serve({ GATEWAY_HEARTBEAT_SECONDS: '1', GATEWAY_IDLE_TIMEOUT_SECONDS: '8' });
  });
  after(() => around.tearDown());

  it('gets alerts and nothing else, whatever the others get and whatever it sends', async () => {
    const plain = await around.open(service, 'plain', { ...PLAIN, query: { shop: 's', since: 0 } });
    const other = await around.open(service, 'v1', { query: { shop: 's' } });
    await other.nextOf('ready');
    for (const message of [
      'ping',
      '{"kind":"ack","seq":1}',
      '{',
      '',
      Buffer.from([0, 255]),
      'x'.repeat(4_096),
    ]) {
      plain.socket.send(message);
    }
    for (let burst = 0; burst < 100; burst++) plain.socket.send('too fast');
    await around.pay('s', 1, 2);
    const { seq } = await other.nextOf('notification');
    plain.send({ kind: 'ack', seq });
    other.send({ kind: 'ack', seq });
    expect(await other.nextOf('receipt')).to.include({ sid: 'v1' });
    await other.nextOf('heartbeat');
    await around.pay('s', 3, 3);
    await eventually(() => expect(plain.frames).to.have.length.of.at.least(3));
    await other.nextOf('heartbeat');
    expect(plain.frames.map((frame) => Object.keys(frame).join())).to.deep.equal(
      plain.frames.map(() => 'type,orderId,content'),
    );
    expect(plain.frames.map(({ orderId }) => orderId)).to.deep.equal([1, 2, 3]);
    expect(plain.socket.readyState).to.equal(WebSocket.OPEN);
  });

  it('stays connected as the first one of its shop, for forty shops', async () => {
    const shops = Array.from({ length: 40 }, (_, index) => `first-${'x'.repeat(index % 20)}${index}`);
    const clients = [];
    for (const shop of shops) clients.push(await around.open(service, 'p', { ...PLAIN, query: { shop } }));
    for (const shop of shops) await around.pay(shop, 1, 1);
    for (const client of clients) expect(await client.next()).to.include({ orderId: 1 });
  });

  it('starts at the present, whatever since it asks for', async () => {
    await around.pay('later', 1, 3);
    const witness = await around.open(service, 'w', { query: { shop: 'later', since: 0 } });
    for (let n = 0; n < 3; n++) await witness.nextOf('notification');
    const plain = await around.open(service, 'p', {
      ...PLAIN,
      query: { shop: 'later', since: 0, epoch: 'x' },
    });
    await around.pay('later', 4, 4);
    expect(await plain.next()).to.include({ orderId: 4 });
  });

  it('is what a client becomes that offers another subprotocol', async () => {
    const url = `${service.url.replace('http', 'ws')}/ws/other`;
    // What ws insists on, a browser insists on too: none of the offered protocols was taken.
    const socket = new WebSocket(url, ['chat']);
    const failure = await new Promise<Error>((resolve) => socket.on('error', resolve));
    expect(failure.message).to.equal('Server sent no subprotocol');
    const v1 = new WebSocket(url, ['chat', 'orderbell.v1']);
    await new Promise((resolve) => v1.once('open', resolve));
    expect(v1.protocol).to.equal('orderbell.v1');
    v1.terminate();
  });

  it('may offer permessage-deflate, and gets frames that are not compressed', async () => {
    const url = `${service.url.replace('http', 'ws')}/ws/deflating?shop=deflating`;
    const socket = new WebSocket(url, { perMessageDeflate: true });
    const first = new Promise<string>((resolve) =>
      socket.once('message', (data) => resolve(data.toString())),
    );
    await new Promise((resolve) => socket.once('open', resolve));
    expect(socket.extensions).to.equal('');
    await around.pay('deflating', 1, 1);
    expect(JSON.parse(await first)).to.have.keys('type', 'orderId', 'content');
    socket.terminate();
  });

  it('gets pings on an idle connection, and stays, whenever it was opened', async () => {
    // The clock of uWebSockets.js has steps of 4 s: sockets are opened all over one.
    const opened = Array.from({ length: 8 }, async (_, index) => {
      await pause(index * 500);
      const plain = await around.open(service, `idle-${index}`, { ...PLAIN, query: { shop: 'idle' } });
      let pings = 0;
      plain.socket.on('ping', () => pings++);
      await eventually(() => expect(pings).to.be.at.least(2), 15_000);
      return plain;
    });
    const all = await Promise.all(opened);
    await around.pay('idle', 1, 1);
    for (const plain of all) expect(await plain.next()).to.include({ orderId: 1 });
  });
}).timeout(30_000);
