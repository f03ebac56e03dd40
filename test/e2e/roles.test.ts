/** The roles apart: 2 http, 2 relays, 3 workers and 3 gateways as real processes, and one order bell. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { createMember, type Member } from '../support/fleet.ts';
import { ask, post } from '../support/http-client.ts';
import {
  createBroker,
  createDatabase,
  type TestBroker,
  type TestDatabase,
} from '../support/servers-of-the-run.ts';
import { connectSocket, type SocketClient, V1 } from '../support/socket-client.ts';

const FLEET = [
  'http',
  'http',
  'relay',
  'relay',
  'worker',
  'worker',
  'worker',
  'gateway',
  'gateway',
  'gateway',
];
const ORDERS = 60;

describe('the roles apart', () => {
  let database: TestDatabase;
  let broker: TestBroker;
  let members: Member[];
  const crashes: string[] = [];
  const logDir = mkdtempSync(join(tmpdir(), 'orderbell-roles-'));
  const clients: SocketClient[] = [];
  const urls = (role: string) => members.filter(({ roles }) => roles === role).map(({ url }) => url ?? '');

  before(async function () {
    this.timeout(60_000);
    [database, broker] = await Promise.all([createDatabase(), createBroker()]);
    const options = {
      entry: ['--import', 'tsx', 'src/main.ts'],
      urls: { postgres: database.url, rabbitmq: broker.url },
      env: { NODE_ENV: 'test', LOG_LEVEL: 'info', AMQP_PREFIX: broker.prefix, RELAY_POLL_SECONDS: '600' },
      logDir,
      onCrash: (name: string, detail: string) => crashes.push(`${name} ${detail}`),
    };
    members = await Promise.all(FLEET.map((role, index) => createMember(`${role}-${index}`, role, options)));
    await Promise.all(members.map((member) => member.start()));
  });

  after(async function () {
    this.timeout(30_000);
    for (const { socket } of clients) socket.terminate();
    await Promise.all(members.map((member) => member.end('SIGKILL')));
    await Promise.all(members.flatMap(({ links }) => [links.postgres.close(), links.rabbitmq.close()]));
    await Promise.all([database.drop(), broker.drop()]);
    rmSync(logDir, { recursive: true });
  });

  it('answer for their health, and only for the routes of their role', async () => {
    for (const { roles, url = '' } of members) {
      expect((await ask(url, '/readyz')).status, roles).to.equal(200);
      expect((await ask(url, '/orders/1')).body.reason, roles).to.equal(
        roles === 'http' ? 'order-not-found' : 'route-not-found',
      );
      const upgrade = await connectSocket(url, 'x', { protocol: V1 }).then(
        ({ socket }) => socket.terminate(),
        (error: Error) => error.message,
      );
      expect(upgrade, roles).to.equal(roles === 'gateway' ? undefined : 'refused with 426');
    }
  });

  it('ring at every gateway for what was paid at any http process, in order, once, without a poll', async () => {
    for (const [index, url] of urls('gateway').entries()) {
      clients.push(
        await connectSocket(url, `till-${index}`, { protocol: V1, query: { since: 0 } }),
        await connectSocket(url, `plain-${index}`),
      );
    }
    const front = urls('http');
    await Promise.all(
      Array.from({ length: ORDERS }, async (_, index) => {
        const url = front[index % front.length] ?? '';
        const { body } = await post(url, '/orders', { amount: 1 });
        expect((await post(url, '/payments/notify', { outTradeNo: body.data.number })).status).to.equal(200);
      }),
    );
    const numbers = Array.from({ length: ORDERS }, (_, index) => index + 1);
    await eventually(() => {
      for (const { frames } of clients) {
        const alerts = frames.filter(({ type }) => type === 1);
        expect(alerts.map(({ orderId }) => orderId).sort((a, b) => a - b)).to.deep.equal(numbers);
        if (alerts[0]?.seq !== undefined) expect(alerts.map(({ seq }) => seq)).to.deep.equal(numbers);
      }
    });
  });

  it('pass a receipt on to every gateway', async () => {
    clients[0]?.send({ kind: 'ack', seq: 1 });
    for (const client of clients.filter((_, index) => index % 2 === 0)) {
      expect(await client.nextOf('receipt')).to.include({ n: 1, seq: 1, sid: 'till-0' });
    }
  });

  it('end with code 0 on SIGTERM, with 1012 for their sockets, and none has crashed', async () => {
    const codes = await Promise.all(members.map((member) => member.end('SIGTERM')));
    expect(codes).to.deep.equal(FLEET.map(() => 0));
    expect(await Promise.all(clients.map(({ closed }) => closed))).to.deep.equal(clients.map(() => 1012));
    expect(crashes).to.deep.equal([]);
  });
});
