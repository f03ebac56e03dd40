/** What Prometheus sees of real traffic, and while a server is away. */

import { expect } from 'chai';
import { METRICS } from '../../src/metrics/table.ts';
import { publishAll } from '../support/events.ts';
import { eventually } from '../support/eventually.ts';
import { post } from '../support/http-client.ts';
import { type Scrape, scrape } from '../support/metrics.ts';
import type { Service } from '../support/service.ts';
import { createSurroundings, PLAIN, type Surroundings, seqsOf } from '../support/surroundings.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

type Value = (name: string, labels?: Record<string, string>) => number;

describe('/metrics', () => {
  let around: Surroundings;
  let service: Service;
  let postgres: TcpProxy;
  let rabbitmq: TcpProxy;
  /** While it is set nothing is announced. */
  let isMute = false;

  before(async () => {
    around = await createSurroundings();
    postgres = await startTcpProxy(around.database.url);
    rabbitmq = await startTcpProxy(around.broker.url);
    const env = {
      DATABASE_URL: postgres.url,
      AMQP_URL: rabbitmq.url,
      DATABASE_STATEMENT_SECONDS: '1',
      GATEWAY_COMPARE_SECONDS: '3600',
      GATEWAY_TAIL_LENGTH: '2',
      GATEWAY_FRAMES_PER_SECOND: '4',
    };
    service = await around.serve(env, {
      announce: (batches, announce) => {
        if (!isMute) announce(batches);
      },
    });
  });
  after(async () => {
    await around.tearDown();
    await Promise.all([postgres.close(), rabbitmq.close()]);
  });

  /** By how much a metric has grown since. */
  async function watch(): Promise<(check: (grown: Value, now: Scrape) => void) => Promise<void>> {
    const before = await scrape(service.url);
    return (check) =>
      eventually(async () => {
        const now = await scrape(service.url);
        const grown: Value = (name, labels) =>
          (now.value(name, labels) ?? 0) - (before.value(name, labels) ?? 0);
        check(grown, now);
      }, 15_000);
  }

  async function order(number: string, shopId = 'default'): Promise<number> {
    const { body } = await post(service.url, '/orders', { number, amount: 1, shopId });
    return body.data.id;
  }
  const payFor = (number: string) => post(service.url, '/payments/notify', { outTradeNo: number });

  it('counts a payment and a reminder at every stage, and how long each took', async () => {
    const till = await around.open(service, 'till', { query: { shop: 'a' } });
    await till.nextOf('ready');
    const id = await order('m-1', 'a');
    const seen = await watch();
    await payFor('m-1');
    await payFor('m-1');
    await post(service.url, `/orders/${id}/reminders`);
    await eventually(() => expect(seqsOf(till)).to.have.length(2));
    await seen((grown, now) => {
      for (const key of ['order.paid', 'order.reminded']) {
        expect(grown('orderbell_events_recorded_total', { key }), key).to.equal(1);
        expect(grown('orderbell_events_total', { key, result: 'appended' }), key).to.equal(1);
      }
      const stages = ['outbox_wait', 'publish_confirm', 'queue_wait', 'delivery_to_announcement'];
      for (const stage of [...stages, 'occurrence_to_frame']) {
        expect(grown(`orderbell_${stage}_seconds_count`), stage).to.equal(2);
        expect(grown(`orderbell_${stage}_seconds_sum`), stage).to.be.within(0, 20);
      }
      expect(grown('orderbell_append_batch_size_sum')).to.equal(2);
      for (const stage of ['append', 'announce', 'fan_out']) {
        const batches = grown('orderbell_append_batch_size_count');
        expect(grown(`orderbell_${stage}_seconds_count`), stage).to.equal(batches);
      }
      const paid = { route: '/payments/notify', status: '200' };
      expect(grown('orderbell_http_request_seconds_count', paid)).to.equal(2);
      expect(now.value('orderbell_outbox_rows')).to.equal(0);
      expect(now.value('orderbell_outbox_oldest_seconds')).to.equal(0);
    });
  });

  it('counts requests by the pattern of their route, whatever their path', async () => {
    const seen = await watch();
    for (const path of ['/orders/1', '/orders/99', '/orders/x', '/no/such/path', '/neither']) {
      await fetch(service.url + path);
    }
    await fetch(`${service.url}/orders`, { method: 'PUT' });
    await seen((grown) => {
      const answered = (route: string, status: string) =>
        grown('orderbell_http_request_seconds_count', { route, status });
      expect(answered('/orders/:id', '200')).to.equal(1);
      expect(answered('/orders/:id', '404')).to.equal(1);
      expect(answered('/orders/:id', '422')).to.equal(1);
      expect(answered('/*', '404')).to.equal(2);
      expect(answered('/orders', '405')).to.equal(1);
    });
  });

  it('counts an event that comes twice as a duplicate', async () => {
    const seen = await watch();
    const event = { key: 'order.reminded', body: { shopId: 'b', orderId: 7, eventId: 'twice' } };
    await publishAll(around.broker.connection, around.broker.names.orders, [event, event]);
    await seen((grown) => {
      const key = 'order.reminded';
      expect(grown('orderbell_events_total', { key, result: 'appended' })).to.equal(1);
      expect(grown('orderbell_events_total', { key, result: 'duplicate' })).to.equal(1);
    });
  });

  it('counts dead letters by reason, and how many wait', async () => {
    const seen = await watch();
    await publishAll(around.broker.connection, around.broker.names.orders, [
      { key: 'order.paid', body: 'no json' },
      { key: 'order.paid', body: {} },
    ]);
    await publishAll(around.broker.connection, '', [{ key: around.broker.names.notifications, body: {} }]);
    await seen((grown, now) => {
      for (const reason of ['not-json', 'invalid', 'unknown-routing-key']) {
        expect(grown('orderbell_dead_letters_total', { reason }), reason).to.equal(1);
      }
      expect(grown('orderbell_events_total', { key: 'order.paid', result: 'refused' })).to.equal(2);
      expect(grown('orderbell_events_total', { key: 'other', result: 'refused' })).to.equal(1);
      expect(now.value('orderbell_queue_messages', { queue: 'notifications.dead' })).to.equal(3);
      expect(now.value('orderbell_queue_messages', { queue: 'notifications' })).to.equal(0);
      expect(now.value('orderbell_queue_consumers', { queue: 'notifications' })).to.equal(1);
    });
  });

  it('counts sockets, and each frame once for each of them, with its bytes', async () => {
    const seen = await watch();
    const query = { shop: 'c' };
    const v1 = [await around.open(service, 'a', { query }), await around.open(service, 'b', { query })];
    for (const client of v1) await client.nextOf('ready');
    const plain = await Promise.all(
      ['c', 'd', 'e'].map((sid) => around.open(service, sid, { ...PLAIN, query })),
    );
    await around.pay('c', 1, 2);
    const clients = [...v1, ...plain];
    await eventually(() => {
      expect(clients.map(({ frames }) => frames.length)).to.deep.equal([3, 3, 2, 2, 2]);
    });
    const bytes = clients.flatMap(({ frames }) =>
      frames.map((frame) => Buffer.byteLength(JSON.stringify(frame))),
    );
    await seen((grown) => {
      expect(grown('orderbell_frames_sent_total', { protocol: 'orderbell.v1' })).to.equal(6);
      expect(grown('orderbell_frames_sent_total', { protocol: 'plain' })).to.equal(6);
      expect(grown('orderbell_bytes_sent_total')).to.equal(bytes.reduce((sum, one) => sum + one));
      expect(grown('orderbell_sockets', { protocol: 'orderbell.v1' })).to.equal(2);
      expect(grown('orderbell_sockets', { protocol: 'plain' })).to.equal(3);
      expect(grown('orderbell_shops')).to.equal(1);
    });
    await Promise.all(clients.map((client) => client.close()));
    await seen((grown) => {
      expect(grown('orderbell_sockets')).to.equal(0);
      expect(grown('orderbell_sockets_opened_total')).to.equal(5);
      expect(grown('orderbell_sockets_closed_total', { reason: 'client' })).to.equal(5);
      expect(grown('orderbell_occurrence_to_frame_seconds_count')).to.equal(2);
    });
  });

  it('counts why sockets close, and those that are refused', async () => {
    const seen = await watch();
    const replaced = await around.open(service, 'same');
    await around.open(service, 'same');
    await replaced.closed;
    const lost = await around.open(service, 'lost');
    lost.socket.terminate();
    const wordy = await around.open(service, 'wordy');
    wordy.send('x'.repeat(5_000));
    await wordy.closed;
    await around.open(service, '%20').catch(() => {});
    await seen((grown) => {
      for (const reason of ['replaced', 'lost', 'too-big']) {
        expect(grown('orderbell_sockets_closed_total', { reason }), reason).to.equal(1);
      }
      expect(grown('orderbell_sockets_refused_total', { reason: 'invalid' })).to.equal(1);
    });
  });

  it('counts what clients send', async () => {
    const seen = await watch();
    const plain = await around.open(service, 'plain', PLAIN);
    plain.send('hello');
    const v1 = await around.open(service, 'v1');
    await v1.nextOf('ready');
    for (const frame of ['{', '{"kind":"dance"}', '{"kind":"ack","seq":1}', '{}', '{}', '{}']) v1.send(frame);
    await seen((grown) => {
      const kinds = { plain: 1, ack: 1, 'unknown-kind': 1, 'bad-frame': 2, 'too-fast': 2 };
      for (const [kind, count] of Object.entries(kinds)) {
        expect(grown('orderbell_client_frames_total', { kind }), kind).to.equal(count);
      }
    });
  });

  it('counts who resumes, from memory and from the log', async () => {
    const query = { shop: 'resumed' };
    const first = await around.open(service, 'first', { query });
    await first.nextOf('ready');
    await around.pay('resumed', 1, 9);
    await eventually(() => expect(seqsOf(first)).to.have.length(9));
    const seen = await watch();
    for (const since of [8, 9, 0]) {
      await (await around.open(service, `since-${since}`, { query: { ...query, since } })).nextOf('ready');
    }
    await (await around.open(service, 'fresh', { query })).nextOf('ready');
    await seen((grown) => {
      expect(grown('orderbell_catch_ups_total', { from: 'tail' })).to.equal(2);
      expect(grown('orderbell_catch_ups_total', { from: 'log' })).to.equal(1);
    });
  });

  it('counts a gap that a feed repaired from the log', async () => {
    const till = await around.open(service, 'till', { query: { shop: 'gap' } });
    await till.nextOf('ready');
    const seen = await watch();
    isMute = true;
    await around.pay('gap', 1, 2);
    await seen((grown) => expect(grown('orderbell_events_total', { result: 'appended' })).to.equal(2));
    isMute = false;
    await around.pay('gap', 3, 3);
    await eventually(() => expect(seqsOf(till)).to.deep.equal([1, 2, 3]));
    await seen((grown) => {
      expect(grown('orderbell_gaps_repaired_total')).to.equal(1);
      expect(grown('orderbell_feed_resets_total')).to.equal(0);
    });
  });

  it('counts a feed that found another log', async () => {
    const till = await around.open(service, 'till', { query: { shop: 'restored' } });
    await till.nextOf('ready');
    const seen = await watch();
    await around.database.pool.query(`UPDATE shops SET epoch = gen_random_uuid() WHERE id = 'restored'`);
    await around.pay('restored', 1, 1);
    await till.nextOf('gone');
    await seen((grown) => {
      expect(grown('orderbell_feed_resets_total')).to.equal(1);
      expect(grown('orderbell_catch_ups_total'), 'its client began anew').to.equal(1);
    });
  });

  it('goes on while RabbitMQ is away, tells what waits, and counts the links that come back', async () => {
    await order('away-1');
    const seen = await watch();
    rabbitmq.cut();
    await seen((_, now) => {
      expect(now.value('orderbell_link_up', { link: 'publish' })).to.equal(0);
      expect(now.value('orderbell_link_up', { link: 'consume' })).to.equal(0);
    });
    await payFor('away-1');
    await seen((grown, now) => {
      expect(grown('orderbell_publish_failures_total', { code: 'broker-unavailable' })).to.be.at.least(1);
      expect(now.value('orderbell_outbox_rows')).to.equal(1);
      expect(now.value('orderbell_outbox_oldest_seconds')).to.be.greaterThan(0);
      expect(now.value('orderbell_queue_messages')).to.equal(undefined);
      expect(grown('orderbell_collect_errors_total', { source: 'queues' })).to.be.at.least(1);
      expect(now.value('orderbell_link_up', { link: 'postgres' })).to.equal(1);
    });
    rabbitmq.restore();
    await seen((grown, now) => {
      expect(grown('orderbell_link_reconnects_total', { link: 'publish' })).to.equal(1);
      expect(grown('orderbell_link_reconnects_total', { link: 'consume' })).to.equal(1);
      expect(now.value('orderbell_outbox_rows')).to.equal(0);
      expect(now.value('orderbell_queue_messages')).to.be.a('number');
      expect(now.value('orderbell_link_up', { link: 'publish' })).to.equal(1);
    });
  }).timeout(40_000);

  for (const how of ['cut', 'pause'] as const) {
    it(`answers in bounded time while the link to Postgres is ${how === 'cut' ? how : 'silent'}`, async () => {
      const seen = await watch();
      postgres[how]();
      // An answer of the moment before counts for a second, and each figure has its own.
      await seen((_, now) => {
        expect(now.value('orderbell_link_up', { link: 'postgres' })).to.equal(0);
        expect(now.value('orderbell_outbox_rows')).to.equal(undefined);
      });
      const startedAt = performance.now();
      const now = await scrape(service.url);
      expect(performance.now() - startedAt, 'the deadline is one second').to.be.below(4_000);
      expect(now.value('orderbell_outbox_rows')).to.equal(undefined);
      expect(now.value('orderbell_outbox_oldest_seconds')).to.equal(undefined);
      expect(now.value('orderbell_sockets')).to.be.a('number');
      expect(now.value('orderbell_queue_messages', { queue: 'notifications' })).to.be.a('number');
      await seen((grown) => {
        expect(grown('orderbell_collect_errors_total', { source: 'outbox' })).to.be.at.least(1);
        expect(grown('orderbell_collect_errors_total', { source: 'postgres' })).to.be.at.least(1);
      });
      postgres.cut(); // silent connections never speak again
      postgres.restore();
      await seen((grown, now) => {
        expect(now.value('orderbell_link_up', { link: 'postgres' })).to.equal(1);
        expect(now.value('orderbell_outbox_rows')).to.equal(0);
        expect(grown('orderbell_link_reconnects_total', { link: 'wake' })).to.be.at.least(1);
      });
    }).timeout(40_000);
  }
}).timeout(30_000);

describe('/metrics of clients that do not read', () => {
  let around: Surroundings;
  before(async () => {
    around = await createSurroundings();
  });
  after(() => around.tearDown());

  it('counts them as cut, and what was dropped for it', async () => {
    const service = await around.serve({
      NOTIFICATION_TEMPLATES_PAID: `{orderNumber} ${'x'.repeat(20_000)}`, // so that buffers fill
      GATEWAY_MAX_BACKPRESSURE_BYTES: '65536',
      WORKER_PREFETCH: '5',
    });
    const frozen = [await around.open(service, 'v1'), await around.open(service, 'plain', PLAIN)];
    const healthy = await around.open(service, 'healthy');
    await healthy.nextOf('ready');
    for (const { socket } of frozen) socket.pause();
    const dropped = async () => (await scrape(service.url)).value('orderbell_frames_dropped_total') ?? 0;
    for (let sent = 0; (await dropped()) < 2; sent += 20) {
      expect(sent, 'events without a cut').to.be.below(2_000);
      await around.pay('default', sent + 1, sent + 20);
      await eventually(() => expect(seqsOf(healthy)).to.have.length(sent + 20));
    }
    for (const { socket } of frozen) socket.resume();
    await eventually(async () => {
      const { value } = await scrape(service.url);
      expect(value('orderbell_sockets_closed_total', { reason: 'backpressure' })).to.equal(2);
      expect(value('orderbell_sockets')).to.equal(1);
    });
  }).timeout(60_000);
});

describe('/metrics of one role', () => {
  let around: Surroundings;
  before(async () => {
    around = await createSurroundings();
  });
  after(() => around.tearDown());

  for (const role of ['http', 'relay', 'worker', 'gateway', 'escalator'] as const) {
    it(`has what the role ${role} tells, and nothing of the others`, async () => {
      const { url } = await around.serve({ ROLES: role });
      const { types, samples } = await scrape(url);
      const expected = Object.values(METRICS).filter(({ by }) => by === 'every' || by.includes(role));
      const printed = [...types.keys()].filter((name) => name.startsWith('orderbell_'));
      expect(printed.toSorted()).to.deep.equal(expected.map(({ name }) => name).toSorted());
      const known = new Set<string>(expected.flatMap(({ labels }): readonly string[] => labels));
      for (const { name, labels } of samples.filter((sample) => sample.name.startsWith('orderbell_'))) {
        for (const label of Object.keys(labels)) if (label !== 'le') expect(known, name).to.include(label);
      }
    });
  }
});
