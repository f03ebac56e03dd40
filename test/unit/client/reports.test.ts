import { expect } from 'chai';
import { createReports, type ReportFrame } from '../../../src/client/reports.ts';
import { FakeWorld } from '../../support/client-world.ts';
import { upTo } from '../../support/fake-log.ts';

function reporting({ isLive = true } = {}) {
  const world = new FakeWorld();
  const sent: { frame: ReportFrame; at: number }[] = [];
  const reports = createReports((frame) => sent.push({ frame, at: world.steadyNow() }), world);
  if (isLive) reports.resume(true);
  /** What was sent since the last call. */
  const take = () => sent.splice(0).map(({ frame }) => frame);
  return { world, reports, sent, take };
}

const on = { sound: 'on', visible: true } as const;
const muted = { sound: 'muted', visible: true } as const;

describe('what the page reports of itself', () => {
  it('is sent at once while the link is live', () => {
    const { reports, take } = reporting();
    reports.hearing(on);
    reports.reached('seen', 7);
    reports.reached('spoken', 6);
    expect(take()).to.deep.equal([
      { kind: 'hearing', ...on },
      { kind: 'seen', seq: 7 },
      { kind: 'spoken', seq: 6 },
    ]);
  });

  it('is not sent again where it says nothing new', async () => {
    const { world, reports, take } = reporting();
    for (const _ of [1, 2]) {
      reports.hearing({ ...on });
      reports.reached('seen', 7);
      reports.reached('seen', 6);
    }
    expect(take()).to.have.length(2);
    await world.pass(10_000);
    expect(take()).to.deep.equal([]);
  });

  it('goes at most once a second of each kind, with the last word', async () => {
    const { world, reports, sent } = reporting();
    for (const seq of upTo(100)) {
      reports.reached('spoken', seq);
      reports.hearing(seq % 2 === 0 ? on : muted);
      await world.pass(70);
    }
    await world.pass(2_000);
    for (const kind of ['spoken', 'hearing']) {
      const times = sent.filter(({ frame }) => frame.kind === kind).map(({ at }) => at);
      expect(times.length).to.be.within(7, 9);
      for (const [index, at] of times.slice(1).entries())
        expect(at - (times[index] ?? 0)).to.be.at.least(1_000);
    }
    expect(sent.filter(({ frame }) => frame.kind === 'spoken').at(-1)?.frame).to.include({ seq: 100 });
    expect(sent.filter(({ frame }) => frame.kind === 'hearing').at(-1)?.frame).to.include(on);
    expect(world.timersSet, 'nothing is left to do').to.equal(0);
  });

  it('waits for the link, and is sent again over each new one', () => {
    const { reports, take } = reporting({ isLive: false });
    reports.reached('seen', 3);
    reports.hearing(on);
    expect(take()).to.deep.equal([]);
    reports.resume(true);
    const both = take();
    expect(both).to.have.length(2);
    reports.pause();
    reports.hearing(muted);
    reports.resume(true);
    expect(take()).to.deep.equal([
      { kind: 'seen', seq: 3 },
      { kind: 'hearing', ...muted },
    ]);
  });

  it('is never sent to a service that does not take it, and is once there is one that does', async () => {
    const { world, reports, take } = reporting({ isLive: false });
    reports.resume(false);
    reports.hearing(on);
    reports.reached('spoken', 3);
    await world.pass(10_000);
    expect(take()).to.deep.equal([]);
    reports.pause();
    reports.resume(true);
    expect(take()).to.have.length(2);
  });

  it('is sent again where the service dropped it as too fast', async () => {
    const { world, reports, take } = reporting();
    reports.hearing(on);
    take();
    reports.refused('unknown-seq');
    await world.pass(5_000);
    expect(take()).to.deep.equal([]);
    reports.refused('too-fast');
    await world.pass(1_400);
    expect(take()).to.deep.equal([]);
    await world.pass(200);
    expect(take()).to.deep.equal([{ kind: 'hearing', ...on }]);
  });

  it('of another log is forgotten, but not whether the page can sound', () => {
    const { reports, take } = reporting();
    reports.reached('seen', 7);
    reports.reached('spoken', 7);
    reports.hearing(on);
    take();
    reports.pause();
    reports.forget();
    reports.resume(true);
    expect(take()).to.deep.equal([{ kind: 'hearing', ...on }]);
    reports.reached('spoken', 2);
    expect(take()).to.deep.equal([{ kind: 'spoken', seq: 2 }]);
  });
});
