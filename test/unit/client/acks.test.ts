import { expect } from 'chai';
import { createAcks } from '../../../src/client/acks.ts';
import { FakeWorld } from '../../support/client-world.ts';
import { upTo } from '../../support/fake-log.ts';

function acking({ isLive = true, takesMany = false } = {}) {
  const world = new FakeWorld();
  const sent: { seq: number; at: number }[] = [];
  const frames: (readonly number[])[] = [];
  const acks = createAcks((seqs) => {
    frames.push(seqs);
    sent.push(...seqs.map((seq) => ({ seq, at: world.steadyNow() })));
  }, world);
  if (isLive) acks.resume(takesMany);
  /** What was sent since the last call. */
  const take = () => sent.splice(0).map(({ seq }) => seq);
  return { world, acks, sent, frames, take };
}

describe('acknowledgements', () => {
  it('are sent at once while the link is live, and once however often they are made', () => {
    const { acks, take } = acking();
    for (const seq of [3, 1, 3, 3]) acks.add([seq]);
    expect(take()).to.deep.equal([3, 1]);
  });

  it('wait for the link, and are sent again on the next one until their receipts come', () => {
    const { acks, take } = acking({ isLive: false });
    acks.add([1]);
    acks.add([2]);
    expect(take()).to.deep.equal([]);
    acks.resume(false);
    expect(take()).to.deep.equal([1, 2]);
    acks.settle(1);
    acks.pause();
    acks.resume(false);
    expect(take()).to.deep.equal([2]);
    acks.settle(2);
    acks.pause();
    acks.resume(false);
    expect(take()).to.deep.equal([]);
  });

  it('are not sent for what is known to be acknowledged', () => {
    const { acks, take } = acking();
    acks.settle(5);
    acks.add([5]);
    expect(take()).to.deep.equal([]);
  });

  it('of a thousand are all sent, and never more than 20 in any second', async () => {
    const { world, acks, sent } = acking();
    for (const seq of upTo(1000)) acks.add([seq]);
    await world.pass(120_000);
    for (const seq of upTo(1000)) acks.settle(seq);
    expect(sent.map(({ seq }) => seq)).to.deep.equal(upTo(1000));
    for (const { at } of sent) {
      const within = sent.filter((other) => other.at >= at && other.at < at + 1000);
      expect(within.length).to.be.at.most(20);
    }
    await world.pass(60_000);
    expect(world.timersSet, 'nothing is left to do').to.equal(0);
  });

  it('go on with each receipt where a hidden tab holds the timers back', () => {
    const { world, acks, take } = acking();
    for (const seq of upTo(30)) acks.add([seq]);
    expect(take()).to.deep.equal(upTo(10));
    world.sleep(1_000); // no timer runs
    acks.settle(1);
    expect(take()).to.deep.equal([11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
  });

  it('that the service dropped as too fast are sent again a little later', async () => {
    const { world, acks, take } = acking();
    for (const seq of upTo(5)) acks.add([seq]);
    take();
    acks.settle(1);
    acks.settle(2);
    expect(acks.refused('too-fast', undefined), 'the last word').to.equal(false);
    await world.pass(1_400);
    expect(take()).to.deep.equal([]);
    await world.pass(200);
    expect(take()).to.deep.equal([3, 4, 5]);
  });

  it('that could not be recorded are sent again later, until they are', async () => {
    const { world, acks, take } = acking();
    acks.add([1]);
    acks.add([2]);
    take();
    for (let outage = 0; outage < 100; outage++) {
      expect(acks.refused('unavailable', 2)).to.equal(false);
      await world.pass(4_900);
      expect(take()).to.deep.equal([]);
      await world.pass(200);
      expect(take()).to.deep.equal([2]);
    }
  });

  for (const code of ['unknown-seq', 'forbidden']) {
    it(`that are refused as ${code} are given up, and only those`, () => {
      const { acks, take } = acking();
      acks.add([1]);
      acks.add([2]);
      take();
      expect(acks.refused(code, 1), 'the last word').to.equal(true);
      acks.pause();
      acks.resume(false);
      expect(take()).to.deep.equal([2]);
    });
  }

  it('that are refused without a name are those that were sent', () => {
    const { acks, take } = acking();
    for (const seq of upTo(15)) acks.add([seq]);
    take();
    expect(acks.refused('forbidden', undefined)).to.equal(true);
    acks.pause();
    acks.resume(false);
    expect(take().every((seq) => seq > 10)).to.equal(true);
  });

  it('that came second, and so have no answer, are given up after a minute on a live link', async () => {
    const { world, acks, take } = acking();
    acks.add([1]);
    await world.pass(59_000);
    acks.pause();
    acks.resume(false);
    expect(take(), 'a link that was lost proves nothing').to.deep.equal([1, 1]);
    await world.pass(60_000);
    acks.pause();
    acks.resume(false);
    expect(take()).to.deep.equal([]);
    expect(world.timersSet).to.equal(0);
  });

  it('of another log are forgotten, and what was known of it too', () => {
    const { acks, take } = acking({ isLive: false });
    acks.add([1]);
    acks.settle(2);
    acks.forget();
    acks.resume(false);
    expect(take()).to.deep.equal([]);
    acks.add([2]);
    expect(take()).to.deep.equal([2]);
  });

  it('remember what is acknowledged for a while, not for ever', () => {
    const { acks, take } = acking();
    for (const seq of upTo(5_000)) acks.settle(seq);
    acks.add([5_000]);
    acks.add([4_001]);
    expect(take()).to.deep.equal([]);
    acks.add([1]);
    expect(take()).to.deep.equal([1]);
  });

  it('set no timer while there are none', () => {
    const { world } = acking();
    expect(world.timersSet).to.equal(0);
  });

  it('go as many in one frame as fit where the service takes that, and one by one where it does not', async () => {
    const { acks, frames, take, world } = acking({ takesMany: true });
    acks.add([9]);
    acks.add(upTo(500));
    expect(frames.map((seqs) => seqs.length)).to.deep.equal([1, 200, 200, 99]);
    expect(take()).to.have.members(upTo(500));
    acks.add([
      4_000_000_000_000_000,
      ...Array.from({ length: 600 }, (_, index) => 3_000_000_000_000_000 + index),
    ]);
    const large = frames.splice(4);
    expect(large.flat()).to.have.length(601);
    for (const seqs of large)
      expect(JSON.stringify({ kind: 'ack', seqs, epoch: 'e'.repeat(64) }).length).to.be.below(4096);
    acks.pause();
    acks.resume(false);
    expect(
      frames
        .splice(0)
        .slice(4)
        .every((seqs) => seqs.length === 1),
    ).to.equal(true);
    await world.pass(1_000);
    expect(frames.every((seqs) => seqs.length === 1)).to.equal(true);
  });
});
