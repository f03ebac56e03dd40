/** What feed, session and replay report to the observer that counts. */

import { expect } from 'chai';
import type { GatewayObserver } from '../../../src/gateway/observer.ts';
import { replay } from '../../../src/gateway/replay.ts';
import { Session } from '../../../src/gateway/session.ts';
import { CLOSE } from '../../../src/protocol/close-codes.ts';
import { eventually } from '../../support/eventually.ts';
import { SHOP, turn } from '../../support/fake-log.ts';
import { FakeSocket } from '../../support/fake-socket.ts';
import { feedOn, patient, silent, observe as uncounted } from '../../support/feed.ts';

/** Writes down what a feed and a session report. */
function listener() {
  const received: unknown[][] = [];
  const noted: GatewayObserver = {
    ...uncounted,
    sent: (...args) => received.push(['sent', ...args]),
    published: (occurredAt) => received.push(['told', occurredAt]),
    gapRepaired: () => received.push(['gap repaired']),
    feedReset: () => received.push(['reset']),
  };
  return { received, observe: noted, only: (kind: string) => received.filter(([first]) => first === kind) };
}

describe('a feed reports', () => {
  it('each published frame once for every subscriber, in bytes of UTF-8', () => {
    const { received, observe } = listener();
    const { log, topics, feed } = feedOn(0, { observe });
    topics.subscribers = (topic) => (topic.startsWith('plain/') ? 3 : 2);
    feed.offer('first', log.append(1));
    const [v1 = '', plain = ''] = topics.published.map(({ frame }) => frame);
    expect(received).to.deep.equal([
      ['sent', 'orderbell.v1', 2, 2 * Buffer.byteLength(v1)],
      ['sent', 'plain', 3, 3 * Buffer.byteLength(plain)],
      ['told', '2025-03-06T17:14:35.000Z'],
    ]);
    expect(Buffer.byteLength(plain)).to.be.greaterThan(plain.length);
  });

  it('nothing of a notification that nobody listens to', () => {
    const { received, observe } = listener();
    const { log, topics, feed } = feedOn(0, { observe });
    topics.subscribers = () => 0;
    feed.offer('first', log.append(3));
    feed.heartbeat();
    expect(received).to.deep.equal([]);
  });

  it('a gap once, however many pages it had', async () => {
    const { only, observe } = listener();
    const { log, topics, feed } = feedOn(0, { observe, pageSize: 3 });
    feed.offer('first', log.append(10).slice(9));
    for (let rounds = 0; rounds < 10; rounds++) await turn();
    expect(topics.seqs()).to.have.length(10);
    expect(only('gap repaired')).to.have.length(1);
    feed.offer('first', log.append(1));
    expect(only('gap repaired'), 'what is announced in time').to.have.length(1);
  });

  it('no gap where an announcement was of what the log does not have', async () => {
    const { only, observe } = listener();
    const { log, feed } = feedOn(2, { observe });
    const [ahead] = log.append(5).slice(4);
    log.keepFrom(1);
    log.notifications = log.notifications.slice(0, 2);
    log.state.head = 2;
    if (ahead !== undefined) feed.offer('first', [ahead]);
    for (let rounds = 0; rounds < 10; rounds++) await turn();
    expect(only('gap repaired')).to.deep.equal([]);
  });

  it('that it moved to another log', async () => {
    const { only, observe } = listener();
    const { log, feed } = feedOn(5, { observe });
    const before = { ...feed.at };
    log.replace('second', 2);
    feed.compare(before, { ...log.state });
    await eventually(() => expect(only('reset')).to.have.length(1));
  });
});

describe('a session', () => {
  function opened(observe: GatewayObserver = uncounted, since?: number) {
    const { log, feed } = feedOn(6);
    const socket = new FakeSocket();
    const request = { shopId: SHOP, sid: 'till', protocol: 'orderbell.v1' as const, ...(since && { since }) };
    const session = new Session(request, feed, 'id', 0, observe);
    session.opened(socket, () => {}, 0);
    return { log, feed, socket, session };
  }

  it('reports each frame that it sends, and of none once it is closed', () => {
    const { received, observe } = listener();
    const { session } = opened(observe);
    session.send('订单');
    session.sendAll([{ frame: 'a' }, { frame: 'bc' }]);
    session.closed();
    session.send('late');
    expect(received).to.deep.equal([
      ['sent', 'orderbell.v1', 1, 6],
      ['sent', 'orderbell.v1', 1, 1],
      ['sent', 'orderbell.v1', 1, 2],
    ]);
  });

  const reasons: [string, (session: Session) => void, number, string][] = [
    ['a client that closes', () => {}, 1000, 'client'],
    ['a client that says nothing when it closes', () => {}, 1005, 'client'],
    ['a client that closes with a code of ours', () => {}, CLOSE.replaced, 'client'],
    ['a transport that ends', () => {}, 1006, 'lost'],
    ['one that was replaced', (session) => session.end(CLOSE.replaced, ''), CLOSE.replaced, 'replaced'],
    ['one that sent too much', (session) => session.end(CLOSE.tooBig, ''), CLOSE.tooBig, 'too-big'],
    ['a restart', (session) => session.end(CLOSE.restarting, ''), CLOSE.restarting, 'restarting'],
    ['one that did not read', (session) => session.cut(), 1006, 'backpressure'],
    ['one that took none of its replay', (session) => session.closeStalled(), 1006, 'stalled'],
  ];
  for (const [what, before, code, reason] of reasons) {
    it(`names ${what} as \`${reason}\``, () => {
      const { session } = opened();
      before(session);
      expect(session.closeReason(code)).to.equal(reason);
    });
  }

  it('sends nothing once it is cut', () => {
    const { session, socket } = opened();
    session.cut();
    session.send('late');
    expect(socket.arrived).to.deep.equal([]);
    expect(session.isOpen).to.equal(false);
  });
});

describe('a replay reports how it ended', () => {
  const run = (
    length: number,
    from: number,
    prepare: (socket: FakeSocket, session: Session) => void = () => {},
  ) => {
    const { log, feed } = feedOn(length - 1);
    feed.offer('first', log.append(1));
    const socket = new FakeSocket();
    const session = new Session(
      { shopId: SHOP, sid: 'x', protocol: 'orderbell.v1' },
      feed,
      'x',
      0,
      uncounted,
    );
    session.opened(socket, () => {}, 0);
    prepare(socket, session);
    const cursor = { seq: from, epoch: 'first', receipts: 0 };
    return replay(session, cursor, { log, pageSize: 3, stalls: patient, logger: silent, pause: turn });
  };

  it('from memory alone: `tail`', async () => expect(await run(5, 4)).to.equal('tail'));
  it('with the help of the log: `log`', async () => expect(await run(5, 1)).to.equal('log'));
  it('with a client that left: `left`', async () =>
    expect(await run(5, 1, (_, session) => session.closed())).to.equal('left'));
});
