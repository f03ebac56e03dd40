/** Traces through processes of their own, from the caller's request or message to the sockets. */

import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { publishAll } from '../support/events.ts';
import { eventually } from '../support/eventually.ts';
import { createMember, type FleetOptions, type Member } from '../support/fleet.ts';
import { post } from '../support/http-client.ts';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '../support/otlp-receiver.ts';
import {
  createBroker,
  createDatabase,
  type TestBroker,
  type TestDatabase,
} from '../support/servers-of-the-run.ts';
import { connectSocket, type SocketClient, V1 } from '../support/socket-client.ts';

/** The relay in another process than the request: the trace goes through the outbox. */
const ROLES = ['http', 'relay', 'worker', 'gateway'];

const newTrace = (sampled = true) => {
  const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-0${sampled ? 1 : 0}` };
};

describe('traces', function () {
  this.timeout(30_000);
  let database: TestDatabase;
  let broker: TestBroker;
  let receiver: OtlpReceiver;
  let members: Member[];
  let till: SocketClient;
  const logDir = mkdtempSync(join(tmpdir(), 'orderbell-traces-'));
  const crashes: string[] = [];
  const urlOf = (roles: string) => members.find((member) => member.roles === roles)?.url ?? '';

  /** The spans of a trace once these are there, by name. */
  async function traceOf(traceId: string, names: readonly string[]): Promise<Record<string, ReceivedSpan>> {
    return eventually(() => {
      const spans = receiver.spans.filter((span) => span.traceId === traceId);
      expect(spans.map(({ name }) => name).sort()).to.deep.equal([...names].sort());
      return Object.fromEntries(spans.map((span) => [span.name, span]));
    });
  }

  async function payWith(headers: Record<string, string>): Promise<void> {
    const { body } = await post(urlOf('http'), '/orders', { amount: 1 });
    const { number, id } = body.data;
    const paid = await post(urlOf('http'), '/payments/notify', { outTradeNo: number }, { headers });
    expect(paid.status).to.equal(200);
    expect(await till.nextOf('notification')).to.include({ orderId: id });
  }

  before(async function () {
    this.timeout(60_000);
    [database, broker, receiver] = await Promise.all([createDatabase(), createBroker(), startOtlpReceiver()]);
    const optionsOf = (service: string): FleetOptions => ({
      entry: ['--import', 'tsx', '--import', './test/support/loaded-packages.mjs', 'src/main.ts'],
      urls: { postgres: database.url, rabbitmq: broker.url },
      env: {
        NODE_ENV: 'test',
        AMQP_PREFIX: broker.prefix,
        LOG_LEVEL: 'info',
        // What a comparison with the log finds before its announcement comes has no trace.
        GATEWAY_COMPARE_SECONDS: '600',
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20b',
        OTEL_SERVICE_NAME: service,
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
        OTEL_BSP_SCHEDULE_DELAY: '50',
      },
      logDir,
      onCrash: (name, detail) => crashes.push(`${name} ${detail}`),
    });
    members = await Promise.all(ROLES.map((roles) => createMember(roles, roles, optionsOf(roles))));
    await Promise.all(members.map((member) => member.start()));
    till = await connectSocket(urlOf('gateway'), 'till-1', { protocol: V1, query: { since: 0 } });
  });

  after(async function () {
    this.timeout(30_000);
    till?.socket.terminate();
    await Promise.all(members.map((member) => member.end('SIGKILL')));
    await Promise.all(members.flatMap(({ links }) => [links.postgres.close(), links.rabbitmq.close()]));
    await Promise.all([database.drop(), broker.drop(), receiver.close()]);
    rmSync(logDir, { recursive: true });
  });

  it('lead from the request of a payment through every process to the sockets', async () => {
    const caller = newTrace();
    await payWith({ traceparent: caller.traceparent, tracestate: 'vendor=1' });
    const [sent, processed] = [`send ${broker.names.orders}`, `process ${broker.names.notifications}`];
    const names = [
      'POST /payments/notify',
      sent,
      processed,
      'append_notifications',
      'publish /ws/:sid',
    ] as const;
    const spans = await traceOf(caller.traceId, names);

    const parents = Object.fromEntries(Object.values(spans).map((span) => [span.name, span.parentSpanId]));
    expect(parents).to.deep.equal({
      'POST /payments/notify': caller.spanId,
      [sent]: spans['POST /payments/notify']?.spanId,
      [processed]: spans[sent]?.spanId,
      append_notifications: spans[processed]?.spanId,
      'publish /ws/:sid': spans[processed]?.spanId,
    });
    const services = Object.values(spans).map(({ name, resource }) => [name, resource['service.name']]);
    expect(Object.fromEntries(services)).to.deep.equal({
      'POST /payments/notify': 'http',
      [sent]: 'relay',
      [processed]: 'worker',
      append_notifications: 'worker',
      'publish /ws/:sid': 'gateway',
    });
    expect(Object.values(spans).map(({ kind }) => kind)).to.have.members([2, 4, 5, 3, 4]);
    for (const { traceState, resource, isError } of Object.values(spans)) {
      expect(traceState).to.equal('vendor=1');
      expect(resource).to.include({ 'deployment.environment.name': 'test' });
      expect(isError).to.equal(false);
    }
    expect(spans['POST /payments/notify']?.attributes).to.deep.equal({
      'http.request.method': 'POST',
      'http.route': '/payments/notify',
      'http.response.status_code': 200,
      'url.path': '/payments/notify',
      'url.scheme': 'http',
    });
    const eventId = spans[sent]?.attributes['messaging.message.id'];
    expect(eventId).to.be.a('string');
    expect(spans[sent]?.attributes).to.deep.include({
      'messaging.system': 'rabbitmq',
      'messaging.destination.name': broker.names.orders,
      'messaging.operation.type': 'send',
      'messaging.rabbitmq.destination.routing_key': 'order.paid',
    });
    expect(spans[processed]?.attributes).to.deep.include({
      'messaging.system': 'rabbitmq',
      'messaging.destination.name': broker.names.notifications,
      'messaging.operation.type': 'process',
      'messaging.message.id': eventId,
      'orderbell.seq': 1,
    });
    expect(spans['publish /ws/:sid']?.attributes).to.deep.include({
      'messaging.message.id': eventId,
      'orderbell.sockets.v1': 1,
      'orderbell.sockets.plain': 0,
    });
    expect(receiver.requests[0]).to.include({ url: '/v1/traces', 'x-key': 'a b' });
  });

  it('lead from the message of an upstream service to the sockets', async () => {
    const upstream = newTrace();
    const properties = { headers: { traceparent: upstream.traceparent } };
    await publishAll(broker.connection, broker.names.orders, [
      { key: 'order.paid', body: { orderId: 900, orderNumber: 'U-900' }, properties },
    ]);
    expect(await till.nextOf('notification')).to.include({ orderId: 900 });
    const processed = `process ${broker.names.notifications}`;
    const spans = await traceOf(upstream.traceId, [processed, 'append_notifications', 'publish /ws/:sid']);
    expect(spans[processed]?.parentSpanId).to.equal(upstream.spanId);
    expect(spans['publish /ws/:sid']?.parentSpanId).to.equal(spans[processed]?.spanId);
  });

  it('meet in the append of a batch, which has one of them for its parent and a link to each other', async () => {
    const traces = Array.from({ length: 40 }, () => newTrace());
    const events = traces.map(({ traceparent }, index) => ({
      key: 'order.paid',
      body: { orderId: 1000 + index, orderNumber: `B-${index}` },
      properties: { headers: { traceparent } },
    }));
    await publishAll(broker.connection, broker.names.orders, events);
    await eventually(() => {
      const appends = receiver.spans.filter(({ name }) => name === 'append_notifications');
      for (const { traceId } of traces) {
        const own = receiver.spans.find(
          (span) => span.traceId === traceId && span.name.startsWith('process '),
        );
        const of = appends.filter(
          ({ parentSpanId, links }) =>
            parentSpanId === own?.spanId || links.some(({ spanId }) => spanId === own?.spanId),
        );
        expect(of.map(({ isError }) => isError)).to.deep.equal([false]);
      }
      expect(appends.some(({ links }) => links.length > 0)).to.equal(true);
    });
    for (const _ of traces) await till.nextOf('notification');
  });

  it('are not recorded where the caller has decided so', async () => {
    const unsampled = newTrace(false);
    await payWith({ traceparent: unsampled.traceparent });
    const sampled = newTrace();
    await payWith({ traceparent: sampled.traceparent });
    await eventually(() =>
      expect(receiver.spans.filter(({ traceId }) => traceId === sampled.traceId)).to.have.length(5),
    );
    expect(receiver.spans.filter(({ traceId }) => traceId === unsampled.traceId)).to.deep.equal([]);
  });

  it('show what failed: a message that becomes a dead letter', async () => {
    const upstream = newTrace();
    const properties = { headers: { traceparent: upstream.traceparent } };
    await publishAll(broker.connection, broker.names.orders, [
      { key: 'order.paid', body: 'no JSON', properties },
    ]);
    const processed = `process ${broker.names.notifications}`;
    const spans = await traceOf(upstream.traceId, [processed]);
    expect(spans[processed]).to.deep.include({ isError: true });
    expect(spans[processed]?.attributes).to.include({ 'error.type': 'not-json' });
  });

  it('are all sent by the time that a process has stopped', async () => {
    const late = newTrace();
    const gateway = members.find(({ roles }) => roles === 'gateway');
    await payWith({ traceparent: late.traceparent });
    expect(await gateway?.end('SIGTERM')).to.equal(0);
    const published = receiver.spans.filter(({ traceId, kind }) => traceId === late.traceId && kind === 4);
    expect(published.map(({ name }) => name)).to.include('publish /ws/:sid');
    await eventually(() =>
      expect(readFileSync(join(logDir, 'gateway.log'), 'utf8')).to.match(/modules of OpenTelemetry: [1-9]/),
    );
    expect(crashes).to.deep.equal([]);
  });
});
