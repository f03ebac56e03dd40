import { expect } from 'chai';
import { pingDue, pingSeconds, transportTimeout } from '../../../src/gateway/pings.ts';
import { feedOn, sessionOn } from '../../support/feed.ts';

describe('the pings of the gateway', () => {
  it('leave a client time to answer before the timeout', () => {
    expect([8, 11, 12, 24, 48, 50, 960].map(pingSeconds)).to.deep.equal([4, 7, 8, 16, 32, 34, 944]);
  });

  it('leave it that also where the transport is early by a step of its clock, but for the longest', () => {
    expect([8, 50, 956, 960].map(transportTimeout)).to.deep.equal([12, 54, 960, 960]);
    for (let timeout = 8; timeout <= 960; timeout++) {
      // https://github.com/uNetworking/uSockets/blob/master/src/socket.c: rounded up to steps of four, the first of which has begun.
      const earliest = (Math.ceil(transportTimeout(timeout) / 4) - 1) * 4;
      expect(earliest - pingSeconds(timeout) - 1, `${timeout} s`).to.be.at.least(3);
    }
  });

  it('come as long after the last one, or after the opening, and not once a socket has closed', async () => {
    const { socket, session } = sessionOn(feedOn(0).feed);
    const pingsAt = async (now: number) => {
      await pingDue([session], 1_000, () => now);
      return socket.pings;
    };
    expect([await pingsAt(999), await pingsAt(1_000), await pingsAt(1_999)]).to.deep.equal([0, 1, 1]);
    expect([await pingsAt(2_500), await pingsAt(3_400), await pingsAt(3_500)]).to.deep.equal([2, 2, 3]);
    session.closed();
    expect(await pingsAt(9_000)).to.equal(3);
  });

  it('of many that are due at once pass no more than 50 in a turn', async () => {
    const { feed } = feedOn(0);
    const all = Array.from({ length: 120 }, (_, index) => sessionOn(feed, { sid: `till-${index}` }));
    const pinged = () => all.filter(({ socket }) => socket.pings === 1).length;
    const done = pingDue(
      all.map(({ session }) => session),
      1_000,
      () => 1_000,
    );
    const counts: number[] = [pinged()];
    while (pinged() < 120) {
      await new Promise((resolve) => setImmediate(resolve));
      counts.push(pinged());
    }
    await done;
    expect(counts.filter((count, index) => count - (counts[index - 1] ?? 0) > 50)).to.deep.equal([]);
    expect(counts.length).to.be.within(3, 5);
  });
});
