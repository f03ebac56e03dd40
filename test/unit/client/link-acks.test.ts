/** Acknowledging over the link, in a fake world. How they are paced is tested with the acknowledgements themselves. */

import { expect } from 'chai';
import { frames, ring, ringLive } from '../../support/bell.ts';
import { turn } from '../../support/client-world.ts';

const ack = (seq: number, epoch = 'e1') => ({ kind: 'ack', seq, epoch });
const refusal = (code: string, seq: number) => ({ kind: 'error', code, message: `seq ${seq}`, seq });

describe('acknowledging over the link', () => {
  it('sends at once while it is live', async () => {
    const { bell, world } = await ringLive({}, 7);
    bell.ack(7);
    expect(world.socket.sent).to.deep.equal([ack(7)]);
  });

  it('waits until it is live', async () => {
    const { bell, world } = ring({ from: { epoch: 'e1', seq: 7, receipts: 0 } });
    bell.ack(7);
    await turn();
    world.socket.opens();
    expect(world.socket.sent).to.deep.equal([]);
    world.socket.says(frames.ready(7));
    expect(world.socket.sent).to.deep.equal([ack(7)]);
  });

  it('sends again over the next link what was not answered over the last one', async () => {
    const { bell, world, received } = await ringLive({}, 7);
    bell.ack(6);
    bell.ack(7);
    world.socket.says(frames.receipt(1, 6)).ends();
    await world.pass(1_000);
    world.socket.opens().says(frames.ready(7, 1));
    expect(world.socket.sent).to.deep.equal([ack(7)]);
    world.socket.says(frames.receipt(2, 7)).ends();
    await world.pass(5_000);
    world.socket.opens().says(frames.ready(7, 2));
    expect(world.socket.sent).to.deep.equal([]);
    expect(received.receipt.map(({ seq }) => seq)).to.deep.equal([6, 7]);
  });

  it('needs no receipt for what comes acknowledged', async () => {
    const { bell, world } = await ringLive({}, 7);
    world.socket.says(frames.alert(8, { ackedBy: 'till-2', ackedAt: '2025-03-06T17:15:00.000Z' }));
    bell.ack(8);
    expect(world.socket.sent).to.deep.equal([]);
  });

  it('tells the page of a refusal that is the last word, and stops asking', async () => {
    const { bell, world, received } = await ringLive({}, 7);
    bell.ack(99);
    world.socket.says(refusal('unknown-seq', 99));
    expect(received.refusal).to.deep.equal([{ code: 'unknown-seq', message: 'seq 99' }]);
    world.socket.ends();
    await world.pass(1_000);
    world.socket.opens().says(frames.ready(7));
    expect(world.socket.sent).to.deep.equal([]);
  });

  it('tells the page nothing of a refusal that it deals with itself', async () => {
    const { bell, world, received } = await ringLive({}, 7);
    bell.ack(7);
    world.socket.says(refusal('unavailable', 7), { kind: 'error', code: 'too-fast', message: 'at most 20' });
    await world.pass(10_000);
    expect(world.socket.sent).to.deep.equal([ack(7), ack(7)]);
    expect(received.refusal).to.deep.equal([]);
  });

  it('forgets what was of another log, where the same number is another alert', async () => {
    const { bell, world, received } = await ringLive({}, 7);
    world.socket.ends();
    bell.ack(7);
    await world.pass(1_000);
    world.socket
      .opens()
      .says(frames.gone(1, 7, 'e2'), ...[1, 2, 3, 4, 5, 6, 7].map((seq) => frames.alert(seq)));
    world.socket.says(frames.ready(7, 0, 'e2'));
    expect(world.socket.sent).to.deep.equal([]);
    expect(received.refusal).to.deep.equal([{ code: 'wrong-epoch', message: 'seq 7 is of another log' }]);
  });

  it('waits while another log is caught up with', async () => {
    const { bell, world } = await ringLive({}, 7);
    world.socket.says(frames.gone(1, 1, 'e2'), frames.alert(1));
    bell.ack(1);
    expect(world.socket.sent).to.deep.equal([]);
    world.socket.says(frames.ready(1, 0, 'e2'));
    expect(world.socket.sent).to.deep.equal([ack(1, 'e2')]);
  });

  it('keeps what is of the same log when its front is gone', async () => {
    const { bell, world } = await ringLive({}, 7);
    world.socket.ends();
    bell.ack(7);
    await world.pass(1_000);
    world.socket.opens().says(frames.gone(9, 9), frames.alert(9), frames.ready(9));
    expect(world.socket.sent).to.deep.equal([ack(7)]);
  });

  it('refuses what can be no seq', async () => {
    const { bell } = await ringLive();
    for (const seq of [0, -1, 1.5, Number.NaN, 2 ** 53]) expect(() => bell.ack(seq)).to.throw(TypeError);
  });
});
