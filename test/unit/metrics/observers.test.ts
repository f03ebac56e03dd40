/** The table of metrics, and what the stages tell against what is printed. */

import { expect } from 'chai';
import { observeDeliveries } from '../../../src/metrics/deliveries.ts';
import {
  observeGateway,
  observeHttp,
  observeIncidents,
  observeLinks,
  observeRecording,
  observeRelays,
  observeWorker,
} from '../../../src/metrics/observers.ts';
import { observeCallbacks } from '../../../src/metrics/payments.ts';
import { createRegistry } from '../../../src/metrics/registry.ts';
import { METRICS, type Row } from '../../../src/metrics/table.ts';
import { parseMetrics } from '../../support/metrics.ts';

const rows: readonly Row[] = Object.values(METRICS);

describe('the table of metrics', () => {
  it('has each name once, after the conventions of Prometheus', () => {
    expect(new Set(rows.map(({ name }) => name)).size).to.equal(rows.length);
    for (const { name, type, help } of rows) {
      expect(name).to.match(/^orderbell_[a-z]+(_[a-z]+)*$/);
      expect(name.endsWith('_total'), name).to.equal(type === 'counter');
      if (type === 'histogram') expect(name).to.match(/_(seconds|size)$/);
      expect(help, name).to.match(/[.:]/);
    }
  });

  it('has no label that tells orders, shops, sessions or events apart', () => {
    const labels = new Set(rows.flatMap(({ labels }) => labels));
    expect([...labels].toSorted()).to.deep.equal([
      ...['age', 'code', 'exchange', 'from', 'key', 'kind', 'link', 'node', 'protocol', 'provider', 'queue'],
      ...['reason', 'result', 'route'],
      ...['source', 'state', 'status', 'uwebsockets', 'verdict', 'version', 'when'],
    ]);
  });

  it('has rising buckets for each histogram, and for nothing else', () => {
    for (const { name, type, buckets } of rows) {
      expect(buckets !== undefined, name).to.equal(type === 'histogram');
      expect(buckets, name).to.deep.equal(buckets?.toSorted((a, b) => a - b));
    }
  });
});

describe('what the stages tell', () => {
  const print = async (registry: ReturnType<typeof createRegistry>) => parseMetrics(await registry.metrics());

  it('counts a routing key that is not ours as `other`, whatever an upstream made it', async () => {
    const registry = createRegistry();
    const worker = observeWorker(registry);
    for (const key of ['order.paid', 'order.lost', 'x'.repeat(255), 'key"} 1\n'])
      worker.refused(key, 'invalid');
    const { value, samples } = await print(registry);
    expect(value('orderbell_events_total', { key: 'other', result: 'refused' })).to.equal(3);
    expect(value('orderbell_events_total', { key: 'order.paid', result: 'refused' })).to.equal(1);
    expect(value('orderbell_dead_letters_total', { reason: 'invalid' })).to.equal(4);
    expect(new Set(samples.map(({ labels }) => labels.key))).to.deep.equal(
      new Set([undefined, 'order.paid', 'order.reminded', 'order.accepted', 'order.cancelled', 'other']),
    );
  });

  it('has every counter of a closed list at 0 from the start, so that the first of a kind is a change', async () => {
    const registry = createRegistry();
    observeRecording(registry);
    observeIncidents(registry);
    observeCallbacks(registry, ['own', 'wechat']);
    observeDeliveries(registry);
    const relays = observeRelays(registry);
    for (const exchange of ['orders', 'bell'] as const) relays(exchange);
    observeWorker(registry);
    observeGateway(registry);
    const { samples } = await print(registry);
    const counters = samples.filter(({ name }) => name.endsWith('_total'));
    expect(counters.every(({ value }) => value === 0)).to.equal(true);
    const values = (name: string, label: string) =>
      counters.filter((sample) => sample.name === name).map(({ labels }) => labels[label]);
    expect(values('orderbell_dead_letters_total', 'reason')).to.have.length(7);
    expect(values('orderbell_payment_incidents_total', 'kind')).to.have.length(13);
    expect(values('orderbell_deliveries_total', 'result')).to.have.length(19);
    expect(values('orderbell_sockets_closed_total', 'reason')).to.include.members([
      ...['client', 'lost', 'backpressure', 'stalled'],
      ...['too-big', 'restarting', 'replaced'],
    ]);
    expect(values('orderbell_catch_ups_total', 'from')).to.deep.equal(['tail', 'log']);
    expect(values('orderbell_events_recorded_total', 'key')).to.deep.equal([
      ...['order.paid', 'order.reminded', 'order.cancelled'],
    ]);
    expect(values('orderbell_payment_callbacks_total', 'result')).to.have.length(20);
  });

  it('observes no time below 0, also where a clock is ahead of ours', async () => {
    const registry = createRegistry();
    observeWorker(registry).delivered(-3);
    observeGateway(registry).published(new Date(Date.now() + 60_000).toISOString());
    observeRelays(registry)('bell').claimed(-0.001);
    const { value } = await print(registry);
    for (const name of ['queue_wait', 'occurrence_to_frame', 'outbox_wait']) {
      expect(value(`orderbell_${name}_seconds_count`), name).to.equal(1);
      expect(value(`orderbell_${name}_seconds_sum`), name).to.equal(0);
    }
  });

  it('counts a batch, its appended and its duplicates', async () => {
    const registry = createRegistry();
    const worker = observeWorker(registry);
    worker.appended(3, 0.02);
    worker.logged('order.paid', 'appended', 0.03);
    worker.logged('order.reminded', 'appended', 0.03);
    worker.logged('order.reminded', 'duplicate', 0.03);
    const { value } = await print(registry);
    expect(value('orderbell_append_batch_size_sum')).to.equal(3);
    expect(value('orderbell_append_seconds_sum')).to.equal(0.02);
    expect(value('orderbell_events_total', { result: 'appended' })).to.equal(2);
    expect(value('orderbell_events_total', { key: 'order.reminded', result: 'duplicate' })).to.equal(1);
    expect(value('orderbell_delivery_to_announcement_seconds_count')).to.equal(3);
  });

  it('keeps the open sockets of each protocol, and what they were sent', async () => {
    const registry = createRegistry();
    const gateway = observeGateway(registry);
    gateway.opened('plain');
    gateway.opened('plain');
    gateway.opened('orderbell.v1');
    gateway.closed('plain', 'lost');
    gateway.sent('plain', 100, 5_000);
    gateway.sent('orderbell.v1', 1, 70);
    const { value } = await print(registry);
    expect(value('orderbell_sockets', { protocol: 'plain' })).to.equal(1);
    expect(value('orderbell_sockets', { protocol: 'orderbell.v1' })).to.equal(1);
    expect(value('orderbell_sockets_opened_total')).to.equal(3);
    expect(value('orderbell_frames_sent_total', { protocol: 'plain' })).to.equal(100);
    expect(value('orderbell_bytes_sent_total')).to.equal(5_070);
  });

  it('counts a link that is there again, not the first time', async () => {
    const registry = createRegistry();
    const onUp = observeLinks(registry);
    onUp('publish');
    onUp('consume');
    onUp('publish');
    const { value } = await print(registry);
    expect(value('orderbell_link_reconnects_total', { link: 'publish' })).to.equal(1);
    expect(value('orderbell_link_reconnects_total', { link: 'consume' })).to.equal(0);
  });

  it('has the pattern of the route and the status with the time of a request', async () => {
    const registry = createRegistry();
    observeHttp(registry).answered('/orders/:id', 404, 0.01);
    const { value } = await print(registry);
    const labels = { route: '/orders/:id', status: '404' };
    expect(value('orderbell_http_request_seconds_count', labels)).to.equal(1);
  });
});
