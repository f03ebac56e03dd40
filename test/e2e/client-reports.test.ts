/** What the browser client reports, against the real service, and against one from before there were reports. */

import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { WebSocketServer } from 'ws';
import { type Bells, createBells } from '../support/bells.ts';
import { eventually } from '../support/eventually.ts';
import { createSurroundings, type Surroundings } from '../support/surroundings.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

const on = { sound: 'on', visible: true } as const;

describe('reporting with the browser client', () => {
  let around: Surroundings;
  let bells: Bells;
  before(async () => {
    around = await createSurroundings();
    bells = createBells();
  });
  afterEach(() => bells.closeAll());
  after(() => around.tearDown());

  const reported = async (shop: string) => {
    const { rows } = await around.database.pool.query<{ row: string }>(
      `SELECT concat_ws(' ', kind, seq, sid) AS row FROM progress WHERE shop_id = $1 ORDER BY at`,
      [shop],
    );
    return rows.map(({ row }) => row);
  };

  it('reaches the service, also what was reported while there was no link', async () => {
    const service = await around.serve();
    const proxy = await startTcpProxy(service.url);
    const { bell, become, seqs, received } = bells.ring({ url: proxy.url, sid: 'till', shop: 'corner' });
    bell.hearing(on);
    await become('live');
    await around.pay('corner', 1, 3);
    await eventually(() => expect(seqs()).to.have.length(3));
    bell.seen(3);
    await eventually(async () => expect(await reported('corner')).to.deep.equal(['seen 3 till']));
    proxy.cut();
    bell.spoken(2);
    bell.spoken(3);
    proxy.restore();
    await eventually(async () =>
      expect(await reported('corner')).to.deep.equal(['seen 3 till', 'spoken 3 till']),
    );
    expect(received.refusal).to.deep.equal([]);
    bells.closeAll();
    await proxy.close();
  });

  it('sends an older service nothing that it would not understand', async () => {
    const frames: string[] = [];
    const server = new WebSocketServer({ port: 0, handleProtocols: () => 'orderbell.v1' });
    server.on('connection', (socket) => {
      socket.on('message', (data) => frames.push(JSON.parse(data.toString()).kind));
      socket.send(JSON.stringify({ kind: 'ready', shop: 'a', epoch: 'e', head: 1, oldest: 1, receipts: 0 }));
    });
    const { port } = server.address() as AddressInfo;
    const { bell, become } = bells.ring({ url: `http://127.0.0.1:${port}`, sid: 'till', shop: 'a' });
    bell.hearing(on);
    bell.seen(1);
    await become('live');
    bell.spoken(1);
    bell.ack(1);
    await eventually(() => expect(frames).to.deep.equal(['ack']));
    bells.closeAll();
    server.close();
  });
});
