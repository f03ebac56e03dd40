/** The gate on a real uWebSockets.js server: what it counts, and that it loses count of nobody. */

import { expect } from 'chai';
import { createServer, type Server } from '../../../src/server/server.ts';
import { eventually } from '../../support/eventually.ts';
import { silent } from '../../support/feed.ts';
import { openRawSocket, type RawSocket, upgradeRequest } from '../../support/raw-socket.ts';
import { anyClients } from '../../support/unlimited.ts';

const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

describe('the gate for connections', () => {
  let server: Server;
  let url: string;
  let clock: number;
  let raws: RawSocket[];

  async function start(maxConnections: number, connectsPerSecond: number): Promise<void> {
    clock = 0;
    raws = [];
    server = createServer({
      tls: undefined,
      maxConnections,
      connectsPerSecond,
      clients: anyClients,
      now: () => clock,
      logger: silent,
    });
    server.app.get('/', (res) => void res.end('here'));
    server.app.ws('/ws', { close: () => server.connections.socketClosed() });
    url = `http://127.0.0.1:${await server.listen('127.0.0.1', 0)}`;
  }
  afterEach(async () => {
    await Promise.all(raws.map((raw) => raw.over(0)));
    server.close();
  });

  async function connectAll(count: number): Promise<RawSocket[]> {
    const opened = await Promise.all(Array.from({ length: count }, () => openRawSocket(url)));
    raws.push(...opened);
    return opened;
  }
  /** How many of them get an answer, once all have got one or are closed. */
  async function answered(some: readonly RawSocket[]): Promise<number> {
    for (const raw of some) raw.write(GET);
    return eventually(() => {
      expect(some.every((raw) => raw.ended() || raw.heard() !== '')).to.equal(true);
      return some.filter((raw) => raw.heard().startsWith('HTTP/1.1 200')).length;
    });
  }
  const expectOpen = (count: number) => eventually(() => expect(server.connections.open).to.equal(count));

  it('counts connections and sockets, also those that are cut, and ends at 0', async () => {
    await start(0, 0);
    const [idle, asked, upgraded, cut] = await connectAll(4);
    asked?.write(GET);
    upgraded?.write(upgradeRequest('/ws'));
    cut?.write(upgradeRequest('/ws'));
    await eventually(() => expect(upgraded?.heard()).to.include(' 101 '));
    await eventually(() => expect(cut?.heard()).to.include(' 101 '));
    await expectOpen(4);
    cut?.socket.resetAndDestroy();
    await expectOpen(3);
    upgraded?.socket.end();
    await expectOpen(2);
    for (const raw of [idle, asked]) raw?.socket.destroy();
    await expectOpen(0);
  });

  it('closes what is above the limit in all, and takes others when some have left', async () => {
    await start(10, 0);
    const first = await connectAll(30);
    expect(await answered(first)).to.equal(10);
    await expectOpen(10);
    for (const raw of first.filter((one) => !one.ended()).slice(0, 4)) raw.socket.destroy();
    await expectOpen(6);
    expect(await answered(await connectAll(10))).to.equal(4);
  });

  it('closes what one address opens too fast, for ten seconds at a time', async () => {
    await start(0, 1);
    expect(await answered(await connectAll(25))).to.equal(10);
    clock = 9_999;
    expect(await answered(await connectAll(5))).to.equal(0);
    clock = 10_000;
    expect(await answered(await connectAll(15))).to.equal(10);
  });

  it('survives thousands that come and go', async () => {
    await start(50, 0);
    for (let round = 0; round < 20; round++) {
      const some = await connectAll(100);
      for (const raw of some) raw.socket.resetAndDestroy();
    }
    await expectOpen(0);
    expect(await answered(await connectAll(5))).to.equal(5);
  }).timeout(60_000);
});
