/** Two services on one database and one broker: each event is consumed by one of them and heard by the sockets of both. */

import { expect } from 'chai';
import type { Overrides } from '../../src/service/context.ts';
import { eventually } from '../support/eventually.ts';
import { upTo } from '../support/fake-log.ts';
import { type Random, withSeed } from '../support/random.ts';
import type { Frame, SocketClient } from '../support/socket-client.ts';
import { createSurroundings, PLAIN, type Surroundings, seqsOf } from '../support/surroundings.ts';

describe('two services', () => {
  let around: Surroundings;
  before(async () => {
    around = await createSurroundings();
  });
  afterEach(() => around.clear());
  after(() => around.tearDown());

  it('tell the sockets of both all events in order and once each, v1 and plain', async () => {
    const env = { GATEWAY_COMPARE_SECONDS: '3600' }; // no repair: what is announced has to do
    const services = [await around.serve(env), await around.serve(env)];
    const v1: SocketClient[] = [];
    const plain: SocketClient[] = [];
    for (const [index, service] of services.entries()) {
      v1.push(await around.open(service, `v1-${index}`, { query: { shop: 'both' } }));
      plain.push(await around.open(service, `plain-${index}`, { ...PLAIN, query: { shop: 'both' } }));
    }
    for (const client of v1) await client.nextOf('ready');
    // One at a time: whoever did not take it from the queue has nothing but the announcement.
    for (let event = 1; event <= 10; event++) {
      await around.pay('both', event, event);
      for (const client of v1) expect(await client.nextOf('notification')).to.include({ seq: event });
    }
    const rounds = 20;
    for (let round = 1; round < rounds; round++) await around.pay('both', 1 + round * 10, 10 + round * 10);
    for (const client of v1) {
      await eventually(() => expect(seqsOf(client)).to.have.length(rounds * 10));
      expect(seqsOf(client)).to.deep.equal(upTo(rounds * 10));
    }
    const ordersOf = (frames: Frame[]) =>
      frames.filter(({ orderId }) => orderId).map(({ orderId }) => orderId);
    const inOrderOfTheLog = ordersOf(v1[0]?.frames ?? []);
    for (const client of plain) {
      await eventually(() => expect(client.frames).to.have.length(rounds * 10));
      expect(ordersOf(client.frames)).to.deep.equal(inOrderOfTheLog);
    }
  });

  const faults: Record<string, (random: Random) => Overrides['announce']> = {
    lost: (random) => (batches, announce) => {
      if (random.chance(0.5)) announce(batches);
    },
    'delivered twice': () => (batches, announce) => {
      announce(batches);
      announce(batches);
    },
    'delivered in the reverse order': () => (batches, announce) => {
      for (const batch of batches) {
        for (const notification of batch.notifications.toReversed()) {
          announce([{ ...batch, notifications: [notification] }]);
        }
      }
    },
    'delivered late': (random) => (batches, announce) => {
      setTimeout(() => announce(batches), random.between(0, 200));
    },
    'never delivered': () => () => {},
  };
  for (const [fault, announce] of Object.entries(faults)) {
    it(`repair announcements that are ${fault} within the next comparison`, () =>
      withSeed(async (random) => {
        const env = { GATEWAY_COMPARE_SECONDS: '1', GATEWAY_PAGE_SIZE: '7', WORKER_PREFETCH: '10' };
        const override = { announce: announce(random) };
        const services = [await around.serve(env, override), await around.serve(env, override)];
        const shop = fault.replaceAll(' ', '-');
        const clients: SocketClient[] = [];
        for (const [index, service] of services.entries()) {
          const client = await around.open(service, `v1-${index}`, { query: { shop } });
          await client.nextOf('ready');
          clients.push(client);
          clients.push(await around.open(service, `plain-${index}`, { ...PLAIN, query: { shop } }));
        }
        for (let round = 0; round < 5; round++) await around.pay(shop, 1 + round * 20, 20 + round * 20);
        const [first] = clients;
        await eventually(() => expect(first && seqsOf(first)).to.deep.equal(upTo(100)), 3_000);
        const inOrder = first?.frames.flatMap(({ orderId }) => orderId ?? []);
        for (const client of clients) {
          const ordersOf = () => client.frames.flatMap(({ orderId }) => orderId ?? []);
          await eventually(() => expect(ordersOf()).to.have.length(100), 3_000);
          expect(ordersOf()).to.deep.equal(inOrder);
        }
      }));
  }
}).timeout(30_000);
