/** The sender against receivers that hang, trickle, reset and flood, beside one that is well. */

import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import type { WebhookTarget } from '../../../src/domain/escalation-target.ts';
import { createDeliveryBench, type DeliveryBench, newSecret } from '../../support/deliveries.ts';
import { eventually } from '../../support/eventually.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../support/webhook-receiver.ts';

describe('the sender of deliveries, with receivers that are stuck', () => {
  let bench: DeliveryBench;
  let well: WebhookReceiver;
  let stuck: Server;
  let sockets: Set<Socket>;
  let behave: (socket: Socket) => void;

  before(async () => {
    bench = await createDeliveryBench();
  });
  beforeEach(async () => {
    well = await startWebhookReceiver();
    sockets = new Set();
    stuck = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.resume(); // else it learns of no end
      socket.on('close', () => sockets.delete(socket));
      behave(socket);
    });
    stuck.listen(0, '127.0.0.1');
    await once(stuck, 'listening');
  });
  afterEach(async () => {
    await bench.clear();
    await well.close();
    for (const socket of sockets) socket.destroy();
    stuck.close();
    await once(stuck, 'close');
  });
  after(() => bench.tearDown());

  const webhook = (url: string): WebhookTarget => ({ kind: 'webhook', url, secrets: [newSecret()] });
  const stuckTarget = () => webhook(`http://127.0.0.1:${(stuck.address() as AddressInfo).port}/`);
  const becomes = (id: string, state: string, result: string | null) =>
    eventually(async () => {
      const row = await bench.row(id);
      expect([row.state, row.last_result]).to.deep.equal([state, result]);
    });

  const HANGS: Record<string, (socket: Socket) => void> = {
    'accepts and never answers': () => {},
    'sends its headers byte by byte': (socket) => {
      const text = `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(10_000)}\r\n\r\n`;
      let sent = 0;
      const timer = setInterval(() => socket.write(text[sent++] ?? ''), 50);
      socket.on('close', () => clearInterval(timer));
    },
    'goes on with informational answers': (socket) => {
      const timer = setInterval(() => socket.write('HTTP/1.1 102 Processing\r\n\r\n'), 50);
      socket.on('close', () => clearInterval(timer));
    },
  };
  for (const [title, behaviour] of Object.entries(HANGS)) {
    it(`ends an attempt at its time where the receiver ${title}`, async () => {
      behave = behaviour;
      bench.send({ owner: stuckTarget() }, { times: { attempt: 400 } });
      await becomes(await bench.deliver('owner'), 'pending', 'timeout');
      await eventually(() => expect(sockets.size).to.equal(0));
      expect(bench.observed).to.deep.equal(['webhook timeout']);
    });
  }

  it('counts the status and cuts the rest where a body never ends', async () => {
    const answer = (status: number) => (socket: Socket) => {
      socket.write(`HTTP/1.1 ${status} X\r\ntransfer-encoding: chunked\r\n\r\n`);
      const timer = setInterval(() => socket.write('1\r\nx\r\n'), 50);
      socket.on('close', () => clearInterval(timer));
    };
    bench.send({ owner: stuckTarget() }, { times: { attempt: 400 } });
    behave = answer(200);
    await becomes(await bench.deliver('owner'), 'delivered', '200');
    behave = answer(500);
    await becomes(await bench.deliver('owner'), 'pending', '500');
    await eventually(() => expect(sockets.size).to.equal(0));
  });

  it('reads a bounded part of a huge body', async () => {
    let written = 0;
    behave = (socket) => {
      socket.write('HTTP/1.1 500 X\r\n\r\n');
      const chunk = Buffer.alloc(65_536);
      const flood = () => {
        while (!socket.destroyed && socket.write(chunk, () => (written += chunk.length)));
      };
      socket.on('drain', flood);
      flood();
    };
    bench.send({ owner: stuckTarget() }, { times: { attempt: 8_000 } });
    await becomes(await bench.deliver('owner'), 'pending', '500');
    await eventually(() => expect(sockets.size).to.equal(0));
    // What the kernel's buffers hold was written as well.
    expect(written).to.be.below(16 * 1024 * 1024);
  });

  const BREAKS: Record<string, [string, (socket: Socket) => void]> = {
    'resets the connection': ['ECONNRESET', (socket) => socket.resetAndDestroy()],
    'closes without an answer': ['ECONNRESET', (socket) => socket.end()],
    'speaks no HTTP': ['HPE_INVALID_CONSTANT', (socket) => socket.end('220 smtp.example ESMTP\r\n')],
    'has headers without end': [
      'HPE_HEADER_OVERFLOW',
      (socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(20_000)}`),
    ],
    'switches protocols': [
      'closed',
      (socket) => socket.write('HTTP/1.1 101 X\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
    ],
  };
  for (const [title, [result, behaviour]] of Object.entries(BREAKS)) {
    it(`tries again where the receiver ${title}`, async () => {
      behave = behaviour;
      bench.send({ owner: stuckTarget() });
      await becomes(await bench.deliver('owner'), 'pending', result);
      await eventually(() => expect(sockets.size).to.equal(0));
    });
  }

  it('tries again where nothing listens', async () => {
    const { url } = well;
    await well.close();
    bench.send({ owner: webhook(url) });
    await becomes(await bench.deliver('owner'), 'pending', 'ECONNREFUSED');
    well = await startWebhookReceiver();
  });

  it('makes the deliveries to one target while all others are stuck, with more due than there are places', async () => {
    behave = () => {};
    const targets = {
      well: webhook(well.url),
      ...Object.fromEntries(['a', 'b', 'c'].map((name) => [name, stuckTarget()])),
    };
    for (const target of ['a', 'b', 'c']) for (let n = 0; n < 20; n++) await bench.deliver(target);
    bench.send(targets, { times: { attempt: 60_000 }, limits: { inAll: 13, each: 4 } });
    await eventually(() => expect(sockets.size).to.equal(12));
    const ids = await Promise.all(Array.from({ length: 30 }, () => bench.deliver('well')));
    await eventually(() => expect(well.calls).to.have.length(30));
    expect(new Set(well.calls.map(({ headers }) => headers['webhook-id']))).to.deep.equal(new Set(ids));
    expect(sockets.size).to.equal(12);
  });

  it('keeps one place for a target that does not answer, and all of them once it does', async () => {
    behave = () => {};
    for (let n = 0; n < 12; n++) await bench.deliver('a');
    const seen: number[] = [];
    const count = () => seen.push(sockets.size);
    bench.send({ a: stuckTarget() }, { times: { attempt: 300 }, limits: { inAll: 4, each: 4 } });
    await eventually(() => expect(sockets.size).to.equal(4));
    await eventually(() => expect(bench.observed).to.have.length(4));
    behave = count;
    await eventually(() => expect(bench.observed).to.have.length(6));
    expect(Math.max(...seen)).to.equal(1);
  });
});
