/** What tracing costs those who do not use it, and whose receiver is away: nothing. */

import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConsumeMessage } from 'amqplib';
import { expect } from 'chai';
import { createLogger } from '../../src/platform/logger.ts';
import { eventually } from '../support/eventually.ts';
import { createMember, type Member } from '../support/fleet.ts';
import { post } from '../support/http-client.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';
import {
  createBroker,
  createDatabase,
  type TestBroker,
  type TestDatabase,
} from '../support/servers-of-the-run.ts';
import { startService } from '../support/service.ts';
import { connectSocket, V1 } from '../support/socket-client.ts';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

async function pay(url: string): Promise<number> {
  const { body } = await post(url, '/orders', { amount: 1 });
  const headers = { traceparent: TRACEPARENT };
  const paid = await post(url, '/payments/notify', { outTradeNo: body.data.number }, { headers });
  expect(paid.status).to.equal(200);
  return body.data.id;
}

describe('without traces', () => {
  let database: TestDatabase;
  let broker: TestBroker;

  before(async () => {
    [database, broker] = await Promise.all([createDatabase(), createBroker()]);
  });

  after(async () => {
    await Promise.all([database.drop(), broker.drop()]);
  });

  describe('by default', () => {
    let members: Member[];
    const crashes: string[] = [];
    const logDir = mkdtempSync(join(tmpdir(), 'orderbell-untraced-'));

    before(async function () {
      this.timeout(60_000);
      const options = {
        entry: ['--import', 'tsx', '--import', './test/support/loaded-packages.mjs', 'src/main.ts'],
        urls: { postgres: database.url, rabbitmq: broker.url },
        env: { NODE_ENV: 'test', AMQP_PREFIX: broker.prefix, LOG_LEVEL: 'info' },
        logDir,
        onCrash: (name: string, detail: string) => crashes.push(`${name} ${detail}`),
      };
      members = await Promise.all([
        createMember('front', 'http,worker', options),
        createMember('back', 'gateway,relay', options),
      ]);
      await Promise.all(members.map((member) => member.start()));
    });

    after(async () => {
      await Promise.all(members.map((member) => member.end('SIGKILL')));
      await Promise.all(members.flatMap(({ links }) => [links.postgres.close(), links.rabbitmq.close()]));
      rmSync(logDir, { recursive: true });
    });

    it('carries no trace in a message or an announcement, and loads nothing of the SDK of OpenTelemetry', async () => {
      const channel = await broker.connection.createChannel();
      const { queue } = await channel.assertQueue('', { exclusive: true });
      await channel.bindQueue(queue, broker.names.orders, '#');
      await channel.bindQueue(queue, broker.names.announcements, '#');
      const messages: ConsumeMessage[] = [];
      await channel.consume(queue, (message) => message && messages.push(message), { noAck: true });

      const [front, back] = members.map(({ url = '' }) => url);
      const till = await connectSocket(back ?? '', 'till-1', { protocol: V1 });
      await till.nextOf('ready');
      const id = await pay(front ?? '');
      expect(await till.nextOf('notification')).to.include({ orderId: id });
      till.socket.terminate();

      const [event, logged] = await eventually(() => {
        const event = messages.find(({ fields }) => fields.routingKey === 'order.paid');
        const logged = messages.find(({ content }) => content.includes('"logged"'));
        if (event === undefined || logged === undefined) throw new Error('not yet');
        return [event, logged];
      });
      expect(event.properties.headers).to.have.all.keys('x-orderbell-sent-at', 'x-orderbell-publish-id');
      expect(logged.content.toString()).to.contain('"orderId"').and.not.contain('trace');
      await channel.close();

      expect(await Promise.all(members.map((member) => member.end('SIGTERM')))).to.deep.equal([0, 0]);
      for (const name of ['front', 'back']) {
        await eventually(() =>
          expect(readFileSync(join(logDir, `${name}.log`), 'utf8')).to.contain('modules of OpenTelemetry: 0'),
        );
      }
      expect(crashes).to.deep.equal([]);
    });
  });

  /** Stops the service, and resolves with the messages of its log at `warn` and above. */
  async function ringAndStop(endpoint: string): Promise<string[]> {
    const lines: string[] = [];
    const logger = createLogger('warn', { write: (line) => void lines.push(line) });
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      DRAIN_STEP_SECONDS: '2',
    };
    const service = await startService(database, broker, env, { logger });
    const till = await connectSocket(service.url, 'till-1', { protocol: V1 });
    const id = await pay(service.url);
    expect(await till.nextOf('notification')).to.include({ orderId: id });
    const startedAt = performance.now();
    await service.stop();
    // The exporter itself gives up after ten seconds.
    expect(performance.now() - startedAt).to.be.below(8_000);
    expect(await till.closed).to.equal(1012);
    return lines.map((line) => JSON.parse(line).msg);
  }

  it('rings and stops in time while the receiver hangs', async function () {
    this.timeout(15_000);
    const receiver = await startOtlpReceiver();
    receiver.hang();
    expect(await ringAndStop(receiver.url)).to.deep.equal(['the last spans were not sent']);
    expect(receiver.requests).to.have.length(1);
    await receiver.close();
  });

  it('rings and stops in time while the receiver is down', async function () {
    this.timeout(15_000);
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const address = closed.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    await new Promise((resolve) => closed.close(resolve));
    expect(await ringAndStop(`http://127.0.0.1:${port}`)).to.deep.equal(['the last spans were not sent']);
  });
});
