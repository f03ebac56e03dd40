import { expect } from 'chai';
import { turn, upTo } from '../../support/fake-log.ts';
import { feedOn, sessionOn } from '../../support/feed.ts';

const rows = upTo(5).map((number) => ({ number, frame: String(number) }));

describe('session', () => {
  it('sends nothing after a frame that was dropped at the limit: that would be a hole', () => {
    const { session, socket } = sessionOn(feedOn(0).feed);
    socket.room = 1;
    socket.limit = 1;
    for (const { frame } of rows) {
      session.send(frame);
      if (!session.isOpen) socket.read(9); // there is room again
    }
    expect(socket.arrived).to.deep.equal(['1', '2']);
    expect(session.isOpen).to.equal(false);
  });

  it('counts the frames that are on their way, the buffered one included, and stops behind it', () => {
    const { session, socket } = sessionOn(feedOn(0).feed);
    socket.room = 2;
    expect(session.sendAll(rows)).to.equal(3);
    expect([...socket.arrived, ...socket.buffered]).to.deep.equal(['1', '2', '3']);
  });

  it('does not count a frame that was dropped', () => {
    const { session, socket } = sessionOn(feedOn(0).feed);
    socket.room = 2;
    socket.limit = 0;
    expect(session.sendAll(rows)).to.equal(2);
  });

  it('wakes whoever waits for the client when it has read something', async () => {
    const { session, socket } = sessionOn(feedOn(0).feed);
    socket.room = 0;
    session.send('1');
    let woken = false;
    const waiting = session.untilProgress().then(() => {
      woken = true;
    });
    await turn();
    expect(woken).to.equal(false);
    socket.read(1);
    session.drained();
    await waiting;
  });

  it('wakes whoever waits for the client when it has closed', async () => {
    const { session, socket } = sessionOn(feedOn(0).feed);
    socket.room = 0;
    session.send('1');
    const waiting = session.untilProgress();
    session.closed();
    await waiting;
    expect(session.isOpen).to.equal(false);
  });

  it('does not touch a socket that has closed', () => {
    const { session, socket } = sessionOn(feedOn(0).feed);
    session.closed();
    session.send('1');
    expect(session.sendAll(rows)).to.equal(0);
    session.subscribe();
    session.end(1012, 'late');
    expect(socket.arrived).to.deep.equal([]);
    expect(socket.topics.size).to.equal(0);
    expect(socket.ends).to.deep.equal([]);
  });

  it('follows its feed from its opening to its close', () => {
    const { feed } = feedOn(0);
    const { session } = sessionOn(feed);
    expect([...feed.followers]).to.deep.equal([session]);
    session.closed();
    expect(feed.followers.size).to.equal(0);
  });

  it("counts the client's frames anew each second", () => {
    const { session } = sessionOn(feedOn(0).feed);
    expect([1000, 1001, 1999, 2000, 2001, 9000].map((at) => session.countFrame(at))).to.deep.equal([
      1, 2, 3, 1, 2, 1,
    ]);
  });
});
