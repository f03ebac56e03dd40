import { expect } from 'chai';
import type { WebSocket } from 'ws';
import { ask } from '../support/http-client.ts';
import type { Service } from '../support/service.ts';
import { connectSocket } from '../support/socket-client.ts';
import { createSurroundings, PLAIN, type Surroundings } from '../support/surroundings.ts';

const UPGRADE = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

describe('what a socket may not do', () => {
  let around: Surroundings;
  let service: Service;
  before(async () => {
    around = await createSurroundings();
    service = await around.serve({ GATEWAY_FRAMES_PER_SECOND: '5' });
  });
  after(() => around.tearDown());

  describe('before the upgrade', () => {
    for (const path of [
      '/ws/a%20b',
      '/ws/%3Cb%3E',
      '/ws/%zz',
      `/ws/${'x'.repeat(65)}`,
      '/ws/a%2Fb',
      '/ws/till?shop=a.b',
      '/ws/till?shop=',
      '/ws/till?since=-1',
      '/ws/till?since=x',
      '/ws/till?since=1e3',
      '/ws/till?since=9007199254740992',
      '/ws/till?receiptsSince=1.5',
      '/ws/till?epoch=%3Cb%3E',
      '/ws/till?since=1&epoch=',
    ]) {
      it(`is refused with 400 at ${path.slice(0, 40)}`, async () => {
        const { status, body } = await ask(service.url, path, { headers: UPGRADE });
        expect([status, body.code, body.reason]).to.deep.equal([400, 0, 'invalid']);
        expect(body.msg).to.match(/^(sid|shop|since|receiptsSince|epoch) must be /);
      });
    }

    it('is well with a percent-encoded sid and query', async () => {
      const client = await around.open(service, 'till%2d1', { query: { shop: 'coded' } });
      expect(await client.next()).to.include({ kind: 'ready', shop: 'coded' });
      const same = await around.open(service, 'till-1', { query: { shop: 'coded' } });
      expect(await client.closed, 'it is the same sid').to.equal(4001);
      await same.close();
    });

    it('is refused in the same way for a plain client', async () => {
      const refused = await connectSocket(service.url, 'a b').catch((error: Error) => error.message);
      expect(refused).to.equal('refused with 400');
    });
  });

  describe('with its frames', () => {
    const join = (sid: string) => around.open(service, sid, { query: { shop: 'frames' } });

    for (const [what, frame, code] of [
      ['no JSON', 'ping', 'bad-frame'],
      ['no object', '[1]', 'bad-frame'],
      ['no kind', '{"seq":1}', 'bad-frame'],
      ['no seq', { kind: 'ack' }, 'bad-frame'],
      ['a seq that is no whole number', { kind: 'ack', seq: 1.5 }, 'bad-frame'],
      ['an unknown kind', { kind: 'nack', seq: 1 }, 'unknown-kind'],
      ['a seq that the log does not have', { kind: 'ack', seq: 4711 }, 'unknown-seq'],
    ] as const) {
      it(`is answered ${code} to a frame with ${what}, and stays connected`, async () => {
        const client = await join('faulty');
        await client.nextOf('ready');
        client.send(frame);
        const error = await client.next();
        expect(error).to.include({ kind: 'error', code });
        expect(error.message).to.be.a('string').and.not.equal('');
        client.send({ kind: 'ack', seq: 4711 });
        expect(await client.next()).to.include({ code: 'unknown-seq', seq: 4711 });
      });
    }

    it('is answered bad-frame to a binary frame', async () => {
      const client = await join('binary');
      await client.nextOf('ready');
      client.socket.send(Buffer.from('{"kind":"ack","seq":1}'));
      expect(await client.next()).to.include({ code: 'bad-frame' });
    });

    it('is told once that it is too fast, and is heard again in the next second', async () => {
      const client = await join('hasty');
      await client.nextOf('ready');
      for (let count = 0; count < 20; count++) client.send('{"kind":"hello"}');
      const codes = [];
      for (let count = 0; count < 6; count++) codes.push((await client.next()).code);
      expect(codes).to.deep.equal([...Array(5).fill('unknown-kind'), 'too-fast']);
      for (let heard = false; !heard; ) {
        client.send('{"kind":"again"}');
        heard = await client.next(100).then(
          ({ code }) => code === 'unknown-kind',
          () => false,
        );
      }
    });

    it('is closed with 1009 after a frame over 4 KiB, and not after one of 4 KiB', async () => {
      const client = await join('long');
      await client.nextOf('ready');
      client.send('x'.repeat(4096));
      expect(await client.next()).to.include({ code: 'bad-frame' });
      client.send('x'.repeat(4097));
      expect(await client.closed).to.equal(1009);
    });

    it('is closed with 1009 after a frame over 4 KiB as a plain client, too', async () => {
      const client = await around.open(service, 'long-plain', PLAIN);
      client.send('x'.repeat(4096));
      client.send('x'.repeat(4097));
      expect(await client.closed).to.equal(1009);
    });

    for (const [name, options] of [
      ['a v1', {}],
      ['a plain', PLAIN],
    ] as const) {
      for (const [what, send] of [
        ['empty frames', (socket: WebSocket) => socket.send('')],
        ['pings', (socket: WebSocket) => socket.ping()],
        ['pongs', (socket: WebSocket) => socket.pong()],
      ] as const) {
        it(`is closed with 1008 as ${name} client above ten times its frames a second: ${what}`, async () => {
          const client = await around.open(service, 'flood', { ...options, query: { shop: 'flood' } });
          for (let count = 0; count < 200; count++) send(client.socket); // in two seconds there are 101 at least
          expect(await client.closed).to.equal(1008);
        });
      }
    }

    it('stays connected as a plain client at ten times its frames a second, which are ignored', async () => {
      const client = await around.open(service, 'chatty', { ...PLAIN, query: { shop: 'chatty' } });
      for (let count = 0; count < 50; count++) client.send('');
      await around.pay('chatty', 1, 1);
      expect(await client.next()).to.include({ type: 1, orderId: 1 });
      expect(client.frames).to.have.length(1);
    });

    it('is cut without a close frame after a frame over 64 KiB', async () => {
      for (const options of [{}, PLAIN]) {
        const client = await around.open(service, 'huge', options);
        client.send('x'.repeat(64 * 1024 + 1));
        expect(await client.closed).to.equal(1006);
      }
    });
  });
});
