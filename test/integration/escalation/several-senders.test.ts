/** Several senders on one database, of which one is killed, frozen, stopped, or cut from Postgres. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import pino from 'pino';
import type { WebhookTarget } from '../../../src/domain/escalation-target.ts';
import { createPool } from '../../../src/platform/postgres.ts';
import { createDeliveryBench, type DeliveryBench, newSecret } from '../../support/deliveries.ts';
import { eventually } from '../../support/eventually.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../support/webhook-receiver.ts';

const SENDER = fileURLToPath(new URL('../../support/sender-process.mts', import.meta.url));

describe('several senders of deliveries', () => {
  let bench: DeliveryBench;
  let receiver: WebhookReceiver;
  let target: WebhookTarget;
  /** Answers that are held back. */
  let held: ServerResponse[];

  before(async () => {
    bench = await createDeliveryBench();
  });
  beforeEach(async () => {
    receiver = await startWebhookReceiver();
    held = [];
    target = { kind: 'webhook', url: receiver.url, secrets: [newSecret()] };
  });
  afterEach(async () => {
    await bench.clear();
    await receiver.close();
  });
  after(() => bench.tearDown());

  const hold = () => receiver.answer((_, response) => held.push(response));
  const ids = () => receiver.calls.map(({ headers }) => headers['webhook-id']);
  const becomes = (id: string, state: string, result: string | null) =>
    eventually(async () => {
      const row = await bench.row(id);
      expect([row.state, row.last_result]).to.deep.equal([state, result]);
    });

  it('share what is due: each delivery is made once', async () => {
    const made: string[] = [];
    for (let n = 0; n < 120; n++) made.push(await bench.deliver('owner'));
    for (let n = 0; n < 3; n++) bench.send({ owner: target });
    await eventually(() => expect(bench.observed).to.have.length(240));
    expect(ids().toSorted()).to.deep.equal(made.toSorted());
  });

  it('make under the same id what a killed one had in hand, once its lease has lapsed', async function () {
    this.timeout(30_000);
    hold();
    const args = ['--import', 'tsx', SENDER, bench.database.url, receiver.url];
    const killed = spawn(process.execPath, args, { stdio: 'inherit' });
    const id = await bench.deliver('owner');
    await eventually(() => expect(held).to.have.length(1), 20_000);
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    receiver.answer(204);
    bench.send({ owner: target }, { times: { poll: 50 } });
    expect((await bench.row(id)).state).to.equal('pending');
    await becomes(id, 'delivered', '204');
    expect(ids()).to.deep.equal([id, id]);
    expect((await bench.row(id)).attempts).to.equal(2);
  });

  it('count a delivery as made although the lease had lapsed, and no failure by then', async () => {
    const slow = { times: { poll: 50, attempt: 60_000, lease: 300 } };
    hold();
    bench.send({ owner: target }, slow);
    const id = await bench.deliver('owner');
    bench.send({ owner: target }, slow);
    await eventually(() => expect(held.length).to.be.at.least(2));
    held[0]?.writeHead(500).end();
    await eventually(() => expect(bench.observed).to.include('webhook 5xx'));
    expect((await bench.row(id)).last_result).to.equal(null);
    held[1]?.writeHead(204).end();
    await becomes(id, 'delivered', '204');
  });

  it('hand on at once what one has in hand that stops', async () => {
    hold();
    const first = bench.send({ owner: target }, { times: { grace: 50, attempt: 60_000 } });
    const id = await bench.deliver('owner');
    await eventually(() => expect(held).to.have.length(1));
    await first.stop();
    expect((await bench.row(id)).last_result).to.equal('stopped');
    receiver.answer(204);
    bench.send({ owner: target });
    await becomes(id, 'delivered', '204');
    expect(ids()).to.deep.equal([id, id]);
  });

  it('finish before they stop what is answered in time', async () => {
    hold();
    const only = bench.send({ owner: target }, { times: { grace: 5_000 } });
    const id = await bench.deliver('owner');
    await eventually(() => expect(held).to.have.length(1));
    const stopped = only.stop();
    held[0]?.writeHead(204).end();
    await stopped;
    expect(await bench.row(id)).to.include({ state: 'delivered', attempts: 1 });
  });

  it('record what came of an attempt when Postgres is back, and make it once', async () => {
    const proxy = await startTcpProxy(bench.database.url);
    const logger = pino({ level: 'silent' });
    const options = { url: proxy.url, poolSize: 2, connectSeconds: 1, statementSeconds: 1 };
    const pool = createPool(options, logger);
    hold();
    const sender = bench.send({ owner: target }, { pool, times: { poll: 50, attempt: 10_000 } });
    const id = await bench.deliver('owner');
    await eventually(() => expect(held).to.have.length(1));
    proxy.cut();
    held[0]?.writeHead(204).end();
    await eventually(() => expect(bench.lines.join('')).to.contain('deliveries could not be claimed'));
    expect((await bench.row(id)).state).to.equal('pending');
    proxy.restore();
    await becomes(id, 'delivered', '204');
    expect(ids()).to.deep.equal([id]);
    await sender.stop();
    await pool.end();
    await proxy.close();
  });
});
