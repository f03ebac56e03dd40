/**
 * The link against chance, in a fake world: a service that tells its log truly, over a wire that repeats, loses, holds
 * back and reorders frames and is cut, while the log grows, loses its front and is exchanged. A real wire does only the
 * least of that; the client is to rely on none of it.
 */

import { expect } from 'chai';
import fc from 'fast-check';
import type { ConnectOptions } from '../../../src/client/types.ts';
import { frames, ring, ringLive } from '../../support/bell.ts';
import { type FakeSocket, FakeWorld } from '../../support/client-world.ts';

const action = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('append'), count: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 10, arbitrary: fc.record({ do: fc.constant('deliver'), count: fc.integer({ min: 1, max: 8 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('acknowledge', 'heartbeat', 'repeat', 'lose', 'reorder') }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cut'), code: fc.constantFrom(1006, 1012, 4003) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('retain', 'exchange') }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pass'), ms: fc.integer({ min: 0, max: 40_000 }) }) },
);
type Action = { do: string; count?: number; code?: number; ms?: number };

const begins: fc.Arbitrary<ConnectOptions['from']> = fc.constantFrom(
  'present' as const,
  'oldest' as const,
  { epoch: 'e0', seq: 0, receipts: 0 },
  { epoch: 'e0', seq: 3, receipts: 1 },
  { epoch: 'another', seq: 3, receipts: 1 },
);

/** The service, and the wire to the socket that was opened last. */
class Service {
  readonly #world: FakeWorld;
  #served: FakeSocket | undefined;
  #wire: object[] = [];
  log = { epoch: 'e0', head: 5, oldest: 1, receipts: 2 };

  constructor(world: FakeWorld) {
    this.#world = world;
  }

  act({ do: what, count = 1, code }: Action): void {
    this.#serve();
    const { log } = this;
    switch (what) {
      case 'append':
        for (let n = 0; n < count; n++) this.#wire.push(frames.alert(++log.head));
        break;
      case 'acknowledge':
        if (log.head >= log.oldest) this.#wire.push(frames.receipt(++log.receipts, log.head));
        break;
      case 'heartbeat':
        this.#wire.push(frames.heartbeat(log.head));
        break;
      case 'retain':
        log.oldest = Math.min(log.oldest + 3, log.head + 1);
        break;
      case 'exchange':
        this.log = { epoch: `${log.epoch}x`, head: 2, oldest: 1, receipts: 0 };
        this.#beginAnew();
        break;
      case 'deliver':
        for (const frame of this.#wire.splice(0, count)) this.#served?.says(frame);
        break;
      case 'repeat':
        this.#served?.says(...this.#wire.slice(0, 1));
        break;
      case 'lose':
        this.#wire.shift();
        break;
      case 'reorder':
        this.#wire.splice(1, 0, ...this.#wire.splice(0, 1));
        break;
      case 'cut':
        this.#wire = [];
        this.#served?.ends(code);
    }
  }

  /** A socket that was opened meanwhile is caught up, as the protocol has it. */
  #serve(): void {
    const socket = this.#world.sockets.at(-1);
    if (socket === this.#served || socket === undefined || socket.isClosed) return;
    this.#served = socket.opens();
    this.#wire = []; // what happened while there was no socket went to none
    const { log } = this;
    const { since, epoch = log.epoch, receiptsSince } = socket.query;
    const from = since === undefined ? log.head : Number(since);
    if (epoch !== log.epoch || from > log.head || from < log.oldest - 1) {
      this.#beginAnew();
      return;
    }
    this.#wire.push(...this.#alertsAfter(from));
    for (let n = Number(receiptsSince ?? log.receipts) + 1; n <= log.receipts; n++) {
      this.#wire.push(frames.receipt(n, log.oldest));
    }
    this.#wire.push(frames.ready(log.head, log.receipts, log.epoch));
  }

  #beginAnew(): void {
    const { epoch, head, oldest, receipts } = this.log;
    this.#wire.push(frames.gone(oldest, head, epoch), ...this.#alertsAfter(oldest - 1));
    this.#wire.push(frames.ready(head, receipts, epoch));
  }

  #alertsAfter(seq: number): object[] {
    return Array.from({ length: this.log.head - seq }, (_, index) => frames.alert(seq + index + 1));
  }
}

async function run(from: ConnectOptions['from'], actions: Action[]): Promise<void> {
  const world = new FakeWorld();
  const service = new Service(world);
  const { bell } = ring({ ...(from && { from }), token: () => 'a.b.c' }, world);

  let expected = typeof from === 'object' ? from.seq + 1 : undefined;
  let lastReceipt = 0;
  bell.on('notification', ({ seq }) => {
    expect(seq, 'no gap and no repeat').to.equal(expected ?? seq);
    expected = seq + 1;
  });
  // Of receipts that come in another order than that of their numbers, one may be told again.
  const isInOrder = actions.every((one) => one.do !== 'reorder');
  bell.on('receipt', ({ n }) => {
    if (isInOrder) expect(n).to.be.above(lastReceipt);
    lastReceipt = n;
  });
  bell.on('gap', ({ oldest, missing }) => {
    if (missing !== undefined) {
      expect(missing).to.deep.equal({ from: expected ?? missing.from, to: oldest - 1 });
    } else lastReceipt = 0;
    expected = oldest;
  });

  await world.pass(0);
  for (const one of actions) {
    if (one.do === 'pass') await world.pass(one.ms ?? 0);
    else service.act(one);
  }
  // After a last cut the wire is whole: whatever has happened, the page comes to the present.
  service.act({ do: 'cut' });
  for (let round = 0; round < 6; round++) {
    await world.pass(31_000);
    service.act({ do: 'heartbeat' });
    service.act({ do: 'deliver', count: 1_000 });
  }
  expect(world.errors).to.deep.equal([]);
  expect(bell.state).to.deep.equal({ name: 'live' });
  expect(bell.position).to.deep.equal({
    epoch: service.log.epoch,
    seq: service.log.head,
    receipts: service.log.receipts,
  });
  bell.close();
}

describe('what the link hands over', () => {
  it('is in order, without a gap or a repeat, whatever the wire does', () =>
    fc.assert(fc.asyncProperty(begins, fc.array(action, { maxLength: 60 }), run), { numRuns: 300 })).timeout(
    60_000,
  );
});

describe('the link, to a service of a later version', () => {
  it('hands on an alert of a type that it does not know, in its place, and goes on', async () => {
    const { bell, world, received } = await ringLive();
    for (const frame of [frames.alert(1), frames.alert(2, { type: 99 }), frames.alert(3)]) {
      world.socket.says(frame);
    }
    expect(received.notification.map(({ seq, type }) => [seq, type])).to.deep.equal([
      [1, 1],
      [2, 99],
      [3, 1],
    ]);
    expect(bell.state).to.deep.equal({ name: 'live' });
    expect(bell.position?.seq).to.equal(3);
  });

  it('leaves aside a frame of a kind that it does not know', async () => {
    const { bell, world, received } = await ringLive();
    world.socket.says({ kind: 'weather', seq: 1 });
    world.socket.says(frames.alert(1));
    expect(received.notification.map(({ seq }) => seq)).to.deep.equal([1]);
    expect(bell.state).to.deep.equal({ name: 'live' });
  });
});
