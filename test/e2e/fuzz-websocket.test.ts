/** WebSocket clients that break the rules, beside one that keeps them: theirs is the end, its is the alert. */

import { expect } from 'chai';
import fc from 'fast-check';
import { eventually } from '../support/eventually.ts';
import { clientFrame, openRawSocket, upgradeRequest } from '../support/raw-socket.ts';
import type { Service } from '../support/service.ts';
import { createSurroundings, type Surroundings, seqsOf } from '../support/surroundings.ts';

const text = (value: string) => new TextEncoder().encode(value);
const TEXT = 1;
const BINARY = 2;
const CONTINUATION = 0;
const PING = 9;

describe('clients that break the rules', () => {
  let around: Surroundings;
  let service: Service;
  let orders = 0;
  before(async () => {
    around = await createSurroundings();
    service = await around.serve();
  });
  after(() => around.tearDown());

  /** Lets a wild client write its bytes after a good upgrade; resolves with how it ended and what it heard. */
  async function wild(frames: readonly Uint8Array[], waitMs = 100) {
    const raw = await openRawSocket(service.url);
    raw.write(upgradeRequest('/ws/wild?shop=fuzz'));
    await eventually(() => expect(raw.heard()).to.match(/^HTTP\/1\.1 101/));
    for (const frame of frames) raw.write(frame);
    const outcome = await raw.over(waitMs);
    return { outcome, heard: raw.heard() };
  }

  async function othersAreServed(): Promise<void> {
    const client = await around.open(service, 'tame', { query: { shop: 'fuzz' } });
    await client.nextOf('ready');
    orders++;
    await around.pay('fuzz', orders, orders);
    const { orderId } = await client.nextOf('notification');
    expect(orderId).to.equal(orders);
    await client.close();
  }

  const cut: [string, Uint8Array[]][] = [
    ['a frame with a reserved bit', [clientFrame(TEXT, text('{}'), { reserved: 4 })]],
    ['an unknown opcode', [clientFrame(5, text('{}'))]],
    ['a frame over 64 KiB', [clientFrame(TEXT, new Uint8Array(70_000))]],
    [
      'fragments over 64 KiB together',
      [
        clientFrame(TEXT, new Uint8Array(40_000), { fin: false }),
        clientFrame(CONTINUATION, new Uint8Array(40_000)),
      ],
    ],
    ['text that is not UTF-8', [clientFrame(TEXT, new Uint8Array([0xc3, 0x28]))]],
    ['a continuation of nothing', [clientFrame(CONTINUATION, text('{}'))]],
    ['a ping with more than 125 bytes', [clientFrame(PING, new Uint8Array(200))]],
    ['a fragmented ping', [clientFrame(PING, text('x'), { fin: false })]],
  ];
  for (const [what, frames] of cut) {
    it(`ends the connection for ${what}`, async () => {
      const { outcome } = await wild(frames, 3_000);
      expect(outcome).to.equal('ended');
      await othersAreServed();
    });
  }

  it('answers a fragmented frame as one', async () => {
    const parts = [
      clientFrame(TEXT, text('{"kind":"no'), { fin: false }),
      clientFrame(CONTINUATION, text('nsense"}')),
    ];
    const { heard } = await wild(parts, 300);
    expect(heard).to.contain('unknown-kind');
  });

  it('survives a frame without a mask', async () => {
    await wild([clientFrame(TEXT, text('{"kind":"ack","seq":1}'), { masked: false })]);
    await othersAreServed();
  });

  it('answers a flood with one too-fast a second and goes on for the others', async () => {
    const flood = Array.from({ length: 5_000 }, () => clientFrame(TEXT, text('{"kind":"ack","seq":999}')));
    const { heard } = await wild(flood, 500);
    expect(heard.match(/too-fast/g)?.length).to.be.within(1, 2);
    await othersAreServed();
  }).timeout(20_000);

  it('survives arbitrary frames and bytes', async () => {
    const frame = fc
      .record({
        opcode: fc.constantFrom(TEXT, BINARY, CONTINUATION, 8, PING, 10, 3),
        payload: fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.json().map(text)),
        fin: fc.boolean(),
        masked: fc.boolean(),
        reserved: fc.constantFrom(0, 0, 0, 1, 7),
      })
      .map(({ opcode, payload, ...options }) => clientFrame(opcode, payload, options));
    const bytes = fc.array(fc.oneof({ weight: 4, arbitrary: frame }, fc.uint8Array({ maxLength: 100 })), {
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(bytes, async (frames) => {
        await wild(frames, 10);
      }),
      { numRuns: 120 },
    );
    await othersAreServed();
  }).timeout(60_000);

  it('shows a client that keeps the rules every alert while others break them', async () => {
    const tame = await around.open(service, 'tame', { query: { shop: 'calm', since: 0 } });
    const storm = Array.from({ length: 40 }, () =>
      wild([clientFrame(TEXT, new Uint8Array([0xff])), clientFrame(TEXT, new Uint8Array(70_000))], 500),
    );
    await around.pay('calm', 1, 300);
    await Promise.all(storm);
    await eventually(() =>
      expect(seqsOf(tame)).to.deep.equal(Array.from({ length: 300 }, (_, index) => index + 1)),
    );
  }).timeout(20_000);
});
