import { expect } from 'chai';
import { createSessions } from '../../../src/gateway/sessions.ts';
import { SHOP } from '../../support/fake-log.ts';
import { feedOn, sessionOn } from '../../support/feed.ts';

describe('sessions', () => {
  const { feed } = feedOn(0);
  const open = (id: string, order = 0, sid = 'till-1') => sessionOn(feed, { sid, id, order });

  it('ends the older of two with one sid as replaced, and keeps the newer', () => {
    const sessions = createSessions();
    const [older, newer] = [open('a'), open('b')];
    sessions.add(older.session);
    sessions.add(newer.session);
    expect(older.socket.ends).to.deep.equal([4001]);
    expect(newer.socket.ends).to.deep.equal([]);
    expect(sessions.all()).to.deep.equal([newer.session]);
  });

  it('has the newer in its place before the older is ended, whose close comes at once', () => {
    const sessions = createSessions();
    const [older, newer] = [open('a'), open('b')];
    const inTheMap: unknown[] = [];
    older.socket.onEnd = () => {
      inTheMap.push(...sessions.all());
      older.session.closed();
      sessions.remove(older.session);
    };
    sessions.add(older.session);
    sessions.add(newer.session);
    expect(inTheMap, 'while the older is being ended').to.deep.equal([newer.session]);
    expect(sessions.all()).to.deep.equal([newer.session]);
  });

  it("does not remove the newer when the older one's close comes late", () => {
    const sessions = createSessions();
    const [older, newer] = [open('a'), open('b')];
    sessions.add(older.session);
    sessions.add(newer.session);
    sessions.remove(older.session);
    expect(sessions.all()).to.deep.equal([newer.session]);
    sessions.remove(newer.session);
    expect(sessions.size).to.equal(0);
  });

  it('leaves the same sid of another shop alone', () => {
    const sessions = createSessions();
    const elsewhere = sessionOn(feedOn(0, { shopId: 'elsewhere' }).feed);
    const here = open('b');
    sessions.add(elsewhere.session);
    sessions.add(here.session);
    expect(sessions.size).to.equal(2);
    expect(elsewhere.socket.ends).to.deep.equal([]);
  });

  describe('when a session was opened in another process', () => {
    const remote = { shopId: SHOP, sid: 'till-1', id: 'm', order: 1000 };

    it('only marks ours while this process drains, since ours may be moving', () => {
      const sessions = createSessions(() => true);
      const ours = open('a', 1);
      sessions.add(ours.session);
      expect(sessions.yieldTo(remote)).to.equal(undefined);
      expect(ours.socket.ends).to.deep.equal([]);
      expect(ours.session.isReplaced).to.equal(true);
    });

    it('ends ours if it is older', () => {
      const sessions = createSessions();
      const ours = open('z', 999);
      sessions.add(ours.session);
      sessions.yieldTo(remote);
      expect(ours.socket.ends).to.deep.equal([4001]);
    });

    it('keeps ours if it is newer', () => {
      const sessions = createSessions();
      const ours = open('a', 1001);
      sessions.add(ours.session);
      sessions.yieldTo(remote);
      expect(ours.socket.ends).to.deep.equal([]);
    });

    it('lets exactly one of two go that were opened at the same time', () => {
      const both = [
        { id: 'a', other: 'm' },
        { id: 'm', other: 'a' },
      ].map(({ id, other }) => {
        const sessions = createSessions();
        const ours = open(id, 1000);
        sessions.add(ours.session);
        sessions.yieldTo({ ...remote, id: other });
        return ours.socket.ends.length;
      });
      expect(both.toSorted()).to.deep.equal([0, 1]);
    });

    it('of another subject, ends ours only if that was opened later', () => {
      for (const [order, ended] of [
        [999, []],
        [1001, [4009]],
      ] as const) {
        const sessions = createSessions();
        const ours = open('z', order);
        sessions.add(ours.session);
        const stays = sessions.yieldTo({ ...remote, subject: 'another' });
        expect(ours.socket.ends).to.deep.equal(ended);
        expect(stays).to.equal(ended.length === 0 ? ours.session : undefined);
      }
    });

    it('says that ours stays, so that the other gateway is told', () => {
      const sessions = createSessions();
      const ours = open('a', 1001);
      sessions.add(ours.session);
      expect(sessions.yieldTo(remote)).to.equal(ours.session);
      expect(sessions.yieldTo({ ...remote, id: 'a' }), 'itself').to.equal(undefined);
    });

    it('leaves other sids and other shops alone', () => {
      const sessions = createSessions();
      const ours = open('a', 1);
      sessions.add(ours.session);
      sessions.yieldTo({ ...remote, sid: 'till-2' });
      sessions.yieldTo({ ...remote, shopId: 'elsewhere' });
      expect(ours.socket.ends).to.deep.equal([]);
    });
  });
});
