/** The gateway on a real uWebSockets.js server and real sockets, over a fake log: what it holds for those who do not read. */

import type { RecognizedString, TemplatedApp, WebSocket, WebSocketBehavior } from 'uWebSockets.js';
import { once } from 'node:events';
import { readSync, writeSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect } from 'chai';
import { type Gateway, startGateway } from '../../../src/gateway/gateway.ts';
import { refusal, send } from '../../../src/http/reply.ts';
import type { Server } from '../../../src/server/server.ts';
import { eventually } from '../../support/eventually.ts';
import { FakeLeases } from '../../support/fake-leases.ts';
import { createGates, FakeLog, notification, SHOP, upTo } from '../../support/fake-log.ts';
import { observe, silent } from '../../support/feed.ts';
import { upgradeRequest } from '../../support/raw-socket.ts';
import { connectSocket, type SocketClient, V1 } from '../../support/socket-client.ts';
import { seqsOf } from '../../support/surroundings.ts';
import { authoriseAnybody, createUnlimitedServer, UNLIMITED } from '../../support/unlimited.ts';

const FRAME_BYTES = 20_000;
const MAX_BACKPRESSURE = 65_536;

class LargeLog extends FakeLog {
  frameBytes = FRAME_BYTES;

  override append(count = 1) {
    const added = upTo(count).map(() =>
      notification(++this.state.head, { content: 'x'.repeat(this.frameBytes) }),
    );
    this.notifications.push(...added);
    return added;
  }
}

/** Notes each socket that opens; one that has closed becomes undefined. */
function watchSockets(app: TemplatedApp, sockets: (WebSocket<unknown> | undefined)[]): void {
  const ws = app.ws.bind(app);
  app.ws = function watched<T>(pattern: RecognizedString, behaviour: WebSocketBehavior<T>) {
    return ws<T>(pattern, {
      ...behaviour,
      open(socket) {
        sockets.push(socket);
        return behaviour.open?.(socket);
      },
      close(socket, code, message) {
        sockets[sockets.indexOf(socket)] = undefined;
        behaviour.close?.(socket, code, message);
      },
    });
  };
}

describe('gateway, for clients that do not read', () => {
  let server: Server;
  let gateway: Gateway;
  let log: LargeLog;
  let url: string;
  let clients: SocketClient[];
  /** The server's ends of the sockets, in the order in which they opened; a closed one is undefined. */
  let sockets: (WebSocket<unknown> | undefined)[];

  beforeEach(async () => {
    log = new LargeLog();
    clients = [];
    sockets = [];
    server = createUnlimitedServer();
    const { app } = server;
    watchSockets(app, sockets);
    gateway = startGateway({
      app,
      authorise: authoriseAnybody,
      limits: UNLIMITED,
      log,
      replayLog: log,
      settings: {
        maxBackpressureBytes: MAX_BACKPRESSURE,
        idleTimeoutSeconds: 8,
        heartbeatSeconds: 50,
        compareSeconds: 3600,
        tailLength: 8,
        pageSize: 8,
        replayStallSeconds: 30,
        framesPerSecond: 20,
      },
      acknowledge: async () => ({ batch: undefined, wrongEpoch: [], unknown: [] }),
      recordProgress: async () => {},
      readClock: async () => 1,
      isRemovedTill: () => false,
      plainHears: true,
      leases: new FakeLeases(),
      refuse: (res, { reason, message }) => send(res, refusal(reason, message)),
      onSocketClosed: () => server.connections.socketClosed(),
      broadcast: () => true,
      observe,
      logger: silent,
    });
    url = `http://127.0.0.1:${await server.listen('127.0.0.1', 0)}`;
  });
  afterEach(async () => {
    for (const { socket } of clients) socket.terminate();
    await gateway.stop();
    server.close();
  });

  async function open(sid: string, since: number): Promise<SocketClient> {
    const client = await connectSocket(url, sid, { protocol: V1, query: { shop: SHOP, since } });
    clients.push(client);
    return client;
  }
  const held = (index: number) => sockets[index]?.getBufferedAmount() ?? 0;
  const offer = (count: number) =>
    gateway.offer([{ shopId: SHOP, epoch: 'first', notifications: log.append(count) }]);

  /** A client that reads only what and when it is told to, past Node's own reading. */
  async function openFrozen(path: string) {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname).pause();
    await once(socket, 'connect');
    socket.write(upgradeRequest(path));
    await eventually(() => expect(sockets.at(-1)).to.be.an('object'));
    const fd: number = Reflect.get(Reflect.get(socket, '_handle'), 'fd');
    let text = '';
    const readAll = () => {
      const chunk = Buffer.alloc(1_048_576);
      try {
        for (let read = 1; read > 0; text += chunk.toString('latin1', 0, read)) read = readSync(fd, chunk);
      } catch {} // there is no more for now, or ever
    };
    const seqs = () => [...text.matchAll(/"kind":"notification","seq":(\d+)/g)].map(([, seq]) => Number(seq));
    return { socket, readAll, seqs };
  }

  /** Each triggered one runs its work in the loop's next round, in the order in which they were triggered. */
  async function createTriggers(works: readonly (() => void)[]) {
    const listener = createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = listener.address() as AddressInfo;
    const triggers: Socket[] = [];
    for (const work of works) {
      const accepted = once(listener, 'connection');
      const trigger = connect(port, '127.0.0.1');
      const [socket]: Socket[] = await accepted;
      socket?.once('data', work);
      triggers.push(trigger);
    }
    return {
      trigger: (index: number) =>
        writeSync(Reflect.get(Reflect.get(triggers[index] ?? {}, '_handle'), 'fd'), 'x'),
      close: () => {
        for (const trigger of triggers) trigger.destroy();
        listener.close();
      },
    };
  }

  for (const [what, frameBytes, count] of [
    ['one large frame', FRAME_BYTES, 1],
    ['more small ones than are held for a socket', 1_000, 40],
  ] as const) {
    it(`sends nothing behind a hole to one that reads again in the turn in which it lost ${what}`, async () => {
      const frozen = await openFrozen(`/ws/frozen?shop=${SHOP}`);
      await eventually(() => expect(server.app.numSubscribers(`v1/${SHOP}`)).to.equal(1));
      while (held(0) <= MAX_BACKPRESSURE) offer(1); // nothing is lost yet
      const { head } = log.state;
      log.frameBytes = frameBytes;
      let drained = -1;
      const triggers = await createTriggers([
        () => offer(count),
        () => {
          drained = held(0);
          offer(1);
        },
      ]);
      triggers.trigger(0);
      frozen.readAll();
      triggers.trigger(1);
      await eventually(() => expect(sockets[0], 'it is cut').to.equal(undefined));
      await eventually(() => expect(drained, 'both have run').to.be.at.least(0));
      frozen.readAll();
      expect(frozen.seqs()).to.deep.equal(upTo(frozen.seqs().length));
      expect(frozen.seqs().length).to.be.at.most(head);
      triggers.close();
      frozen.socket.destroy();
    });
  }

  it('holds no more than the limit for a frozen one, cuts it, and gives the others everything', async () => {
    const frozen = await open('frozen', 0);
    await frozen.nextOf('ready');
    const healthy = [await open('a', 0), await open('b', 0)];
    for (const client of healthy) await client.nextOf('ready');
    frozen.socket.pause();
    let most = 0;
    const rounds = 120;
    for (let round = 1; round <= rounds; round++) {
      gateway.offer([{ shopId: SHOP, epoch: 'first', notifications: log.append(5) }]);
      most = Math.max(most, held(0));
      for (const client of healthy) await eventually(() => expect(seqsOf(client)).to.have.length(round * 5));
    }
    expect(sockets[0], 'the frozen one is cut').to.equal(undefined);
    expect(most).to.be.within(1, MAX_BACKPRESSURE + 2 * FRAME_BYTES);
    for (const client of healthy) expect(seqsOf(client)).to.deep.equal(upTo(rounds * 5));

    frozen.socket.resume();
    expect(await frozen.closed).to.equal(1006);
    const seen = seqsOf(frozen);
    expect(seen).to.deep.equal(upTo(seen.length));
    const resumed = await open('frozen', seen.length);
    await resumed.nextOf('ready', 10_000);
    expect([...seen, ...seqsOf(resumed)]).to.deep.equal(upTo(rounds * 5));
  });

  it('stops reading the log for one that does not read its replay, and goes on when it does', async () => {
    log.append(1000);
    const client = await connectSocket(url, 'sleeper', { protocol: V1, query: { shop: SHOP, since: 0 } });
    clients.push(client);
    client.socket.pause();
    await eventually(() => expect(held(0)).to.be.above(0));
    const asked = log.asked.length;
    expect(held(0)).to.be.at.most(MAX_BACKPRESSURE);
    expect(asked, 'pages, of 125').to.be.below(100);
    const other = await open('other', 990);
    await other.nextOf('ready');
    expect(log.asked.length, 'the other read one or two').to.be.at.most(asked + 3);
    client.socket.resume();
    await client.nextOf('ready', 10_000);
    expect(seqsOf(client)).to.deep.equal(upTo(1000));
  });

  it('refuses a socket that was waiting for the log when the gateway began to stop', async () => {
    const gates = createGates();
    log.gate = gates.gate;
    const opening = open('late', 0).then(
      () => 'opened',
      (error: Error) => error.message,
    );
    await eventually(() => expect(gates.waiting).to.have.length(1));
    gateway.refuseSockets();
    log.gate = async () => {};
    gates.open();
    expect(await opening).to.equal('refused with 503');
  });

  it('takes no harm from a client that leaves while it waits for the log', async () => {
    const gates = createGates();
    log.gate = gates.gate;
    const { hostname, port } = new URL(url);
    const raw = connect(Number(port), hostname);
    raw.write(
      `GET /ws/gone?shop=${SHOP} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    await eventually(() => expect(gates.waiting).to.have.length(1));
    raw.resetAndDestroy();
    const opening = open('stays', 0);
    log.gate = async () => {};
    gates.open();
    await (await opening).nextOf('ready');
    await eventually(() => expect(sockets.filter((socket) => socket !== undefined)).to.have.length(1));
  });
});
