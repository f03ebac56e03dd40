/** Clients that do not read, or read slowly, beside those that do. The frames are large, so that buffers fill. */

import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { upTo } from '../support/fake-log.ts';
import { scrape } from '../support/metrics.ts';
import { clientFrame, openRawSocket, upgradeRequest } from '../support/raw-socket.ts';
import type { Service } from '../support/service.ts';
import { createSurroundings, PLAIN, type Surroundings, seqsOf } from '../support/surroundings.ts';

const EVENTS = 600;

describe('slow clients', () => {
  let around: Surroundings;
  let service: Service;
  before(async () => {
    around = await createSurroundings();
    service = await around.serve({
      NOTIFICATION_TEMPLATES_PAID: `{orderNumber} ${'x'.repeat(20_000)}`,
      GATEWAY_MAX_BACKPRESSURE_BYTES: '65536',
      GATEWAY_TAIL_LENGTH: '8',
      GATEWAY_PAGE_SIZE: '8',
      WORKER_PREFETCH: '5', // else one batch of such frames is more than a healthy client is allowed to lag
    });
  });
  after(() => around.tearDown());

  /** Fills the log of a shop, step by step: how long that takes is not what is tested. */
  async function fill(shop: string, length: number): Promise<void> {
    const witness = await around.open(service, 'witness', { query: { shop } });
    await witness.nextOf('ready');
    for (let sent = 0; sent < length; sent += 100) {
      await around.pay(shop, sent + 1, sent + 100);
      await eventually(() => expect(seqsOf(witness)).to.have.length(sent + 100));
    }
  }

  it('are cut when frozen, while the healthy get everything, and miss nothing when they resume', async () => {
    const query = { shop: 'frozen' };
    const frozen = await around.open(service, 'frozen', { query });
    const frozenPlain = await around.open(service, 'frozen-plain', { ...PLAIN, query });
    const healthy = await around.open(service, 'healthy', { query });
    const healthyPlain = await around.open(service, 'healthy-plain', { ...PLAIN, query });
    await frozen.nextOf('ready');
    await healthy.nextOf('ready');
    frozen.socket.pause();
    frozenPlain.socket.pause();
    for (let sent = 0; sent < EVENTS; sent += 20) {
      await around.pay('frozen', sent + 1, sent + 20);
      await eventually(() => expect(seqsOf(healthy)).to.have.length(sent + 20));
      await eventually(() => expect(healthyPlain.frames).to.have.length(sent + 20));
    }
    expect(seqsOf(healthy)).to.deep.equal(upTo(EVENTS));

    frozen.socket.resume();
    frozenPlain.socket.resume();
    expect(await frozen.closed).to.equal(1006);
    expect(await frozenPlain.closed).to.equal(1006);
    const seen = seqsOf(frozen);
    expect(seen).to.deep.equal(upTo(seen.length));
    expect(seen.length, 'it was cut long before the end').to.be.below(EVENTS);
    const since = seen.at(-1) ?? 0;
    const resumed = await around.open(service, 'frozen', { query: { ...query, since } });
    await resumed.nextOf('ready', 10_000);
    expect([...seen, ...seqsOf(resumed)]).to.deep.equal(upTo(EVENTS));
  });

  it('get a long replay in order on one connection, however long they do not read it', async () => {
    const length = 2 * EVENTS; // more than the kernel's buffers hold
    await fill('slow', length);
    const query = { shop: 'slow', since: 0 };
    const slow = await around.open(service, 'slow', { query });
    slow.socket.pause();
    const quick = await around.open(service, 'quick', { query });
    await quick.nextOf('ready', 15_000);
    expect(seqsOf(quick), 'who does not wait for the slow one').to.deep.equal(upTo(length));
    slow.socket.resume();
    await around.pay('slow', length + 1, length + 3); // while it is at it
    await slow.nextOf('ready', 15_000);
    await eventually(() => expect(seqsOf(slow)).to.deep.equal(upTo(length + 3)));
  });

  it('are cut when they take nothing of a replay, even if they answer pings, and miss nothing when they resume', async () => {
    const length = 2 * EVENTS; // more than the kernel's buffers hold
    await fill('stalled', length);
    const impatient = await around.serve({ GATEWAY_REPLAY_STALL_SECONDS: '1', GATEWAY_PAGE_SIZE: '8' });
    const query = { shop: 'stalled' };
    const frozen = await openRawSocket(impatient.url);
    frozen.socket.pause();
    frozen.write(upgradeRequest('/ws/frozen?shop=stalled&since=0'));
    const pongs = setInterval(() => frozen.write(clientFrame(0xa, Buffer.alloc(0))), 200);
    try {
      await eventually(async () => {
        const { value } = await scrape(impatient.url);
        expect(value('orderbell_sockets_closed_total', { reason: 'stalled' })).to.equal(1);
        expect(value('orderbell_sockets', { protocol: 'orderbell.v1' })).to.equal(0);
      }, 20_000);
    } finally {
      clearInterval(pongs);
    }
    frozen.socket.resume();
    expect(await frozen.over(10_000)).to.equal('ended');
    const seen = [...frozen.heard().matchAll(/"kind":"notification","seq":(\d+)[^}]*}/g)].map(([, seq]) =>
      Number(seq),
    );
    expect(seen).to.deep.equal(upTo(seen.length));
    const resumed = await around.open(impatient, 'frozen', { query: { ...query, since: seen.length } });
    await resumed.nextOf('ready', 20_000);
    expect(seqsOf(resumed)).to.deep.equal(upTo(length).slice(seen.length));
  });
}).timeout(60_000);
