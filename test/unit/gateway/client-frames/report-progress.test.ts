import { expect } from 'chai';
import type { Progress } from '../../../../src/domain/progress.ts';
import { createProgressHandler } from '../../../../src/gateway/client-frames/report-progress.ts';
import { feedOn, sessionOn } from '../../../support/feed.ts';

function setting(length = 5) {
  const { feed, log, topics } = feedOn(length, { now: () => 1_234 });
  const added: Progress[] = [];
  const published: (number | undefined)[] = [];
  const store = { hasRoom: true };
  const handle = createProgressHandler('spoken', {
    add(progress, publishedAt) {
      published.push(publishedAt);
      if (store.hasRoom) added.push(progress);
      return store.hasRoom;
    },
  });
  const till = (sid: string) => {
    const { session, socket } = sessionOn(feed, { sid });
    return {
      reports: (seq: number, epoch?: string) =>
        handle(session, { kind: 'spoken', seq, ...(epoch && { epoch }) }),
      errors: () => socket.arrived.map((frame) => JSON.parse(frame)),
    };
  };
  return { feed, log, topics, added, published, store, till };
}

describe('a report of a till', () => {
  it('is passed on with its shop and sid, and not answered', () => {
    const { feed, added, till } = setting();
    const one = till('till-1');
    one.reports(3, feed.at.epoch);
    expect(added).to.deep.equal([{ shopId: feed.shopId, kind: 'spoken', seq: 3, sid: 'till-1' }]);
    expect(one.errors()).to.deep.equal([]);
  });

  it('is passed on with when the gateway published it to sockets, where it did', () => {
    const { feed, log, topics, published, till } = setting();
    const one = till('till-1');
    one.reports(5);
    topics.subscribers = () => 0;
    feed.offer(log.state.epoch, log.append(1));
    one.reports(6);
    topics.subscribers = () => 1;
    feed.offer(log.state.epoch, log.append(1));
    one.reports(7);
    expect(published).to.deep.equal([undefined, undefined, 1_234]);
  });

  it('is passed on only above all before it, whichever till they came from', () => {
    const { added, till } = setting();
    const [one, two] = [till('till-1'), till('till-2')];
    one.reports(2);
    two.reports(2);
    two.reports(1);
    two.reports(4);
    one.reports(3);
    expect(added.map(({ seq, sid }) => [seq, sid])).to.deep.equal([
      [2, 'till-1'],
      [4, 'till-2'],
    ]);
  });

  it('comes again where it found no room', () => {
    const { added, store, till } = setting();
    const one = till('till-1');
    store.hasRoom = false;
    one.reports(2);
    store.hasRoom = true;
    one.reports(2);
    expect(added.map(({ seq }) => seq)).to.deep.equal([2]);
  });

  it('is refused beyond the head', () => {
    const { added, till } = setting(5);
    const one = till('till-1');
    one.reports(6);
    expect(one.errors()).to.deep.equal([{ kind: 'error', code: 'unknown-seq', message: 'seq 6', seq: 6 }]);
    one.reports(5);
    expect(added.map(({ seq }) => seq)).to.deep.equal([5]);
  });

  it('is refused where it names another log', () => {
    const { added, till } = setting();
    const one = till('till-1');
    one.reports(3, 'another');
    expect(one.errors()).to.have.length(1);
    expect(one.errors()[0]).to.include({ kind: 'error', code: 'wrong-epoch', seq: 3 });
    expect(added).to.deep.equal([]);
  });
});
