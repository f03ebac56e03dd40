/** The judge of the chaos suite, on histories that were doctored: a judge that acquits all proves nothing. */

import { expect } from 'chai';
import { checkHistory, isClean } from '../../chaos/checker.ts';
import type { History } from '../../chaos/history.ts';

const followed = (epoch: string, ...eventIds: string[]) => ({
  epoch,
  seen: eventIds.map((eventId, index) => ({ seq: index + 1, eventId })),
});
const frame = (type: 1 | 2, orderId: string) => ({ type, orderId });

/** Two upstream events, one invalid one, one payment and one reminder, seen by a v1 and a plain client that stayed. */
function clean(): History {
  const event = { shopId: 's', confirmed: true, invalid: false };
  return {
    published: [
      { ...event, eventId: 'a', type: 1, orderId: '1' },
      { ...event, eventId: 'b', type: 2, orderId: '2' },
      { ...event, eventId: 'bad', type: 1, orderId: '3', invalid: true },
    ],
    reminders: [{ orderId: '7', shopId: 's', confirmed: 1, attempted: 2 }],
    confirmedPayments: [{ orderId: '7', shopId: 's' }],
    paidOrders: [{ orderId: '7', shopId: 's' }],
    log: [
      { shopId: 's', seq: 1, eventId: 'a', type: 1, orderId: '1', storedAt: 1001 },
      { shopId: 's', seq: 2, eventId: 'p', type: 1, orderId: '7', storedAt: 1002 },
      { shopId: 's', seq: 3, eventId: 'b', type: 2, orderId: '2', storedAt: 1003 },
      { shopId: 's', seq: 4, eventId: 'r', type: 2, orderId: '7', storedAt: 1004 },
    ],
    deadLetters: ['bad'],
    clients: [
      {
        name: 'c',
        shopId: 's',
        logs: [followed('one', 'a', 'p', 'b', 'r')],
        stayed: true,
      },
    ],
    logChanges: 0,
    plainClients: [
      {
        name: 'p',
        shopId: 's',
        connections: [
          { openedAt: 0, seen: [frame(1, '1')], stayed: false },
          { openedAt: 1002, seen: [frame(2, '2'), frame(2, '7')], stayed: true },
        ],
      },
    ],
  };
}

type Doctor = (history: History) => void;

const row = (history: History, index: number) => {
  const found = history.log[index];
  if (found === undefined) throw new Error('no such row');
  return found;
};
const client = (history: History) => {
  const [found] = history.clients;
  if (found === undefined) throw new Error('no client');
  return found;
};

const published = (history: History) => {
  const [found] = history.published;
  if (found === undefined) throw new Error('nothing was published');
  return found;
};
const seen = (history: History) => {
  const found = client(history).logs.at(-1);
  if (found === undefined) throw new Error('the client followed no log');
  return found.seen;
};
/** The plain client's connection that is still open. */
const plain = (history: History) => {
  const found = history.plainClients[0]?.connections.at(-1);
  if (found === undefined) throw new Error('no plain client');
  return found;
};
/** The log became another one, and the v1 client was told and got all of it. */
const change = (history: History, ...eventIds: string[]) => {
  history.logChanges++;
  client(history).logs.push(followed('two', ...eventIds));
};
const firstSeen = (history: History) => {
  const [found] = seen(history);
  if (found === undefined) throw new Error('the client saw nothing');
  return found;
};

const cases: [string, 'lost' | 'doubled' | 'outOfOrder' | 'invented', Doctor][] = [
  ['a confirmed event that is nowhere', 'lost', (h) => h.published.push({ ...published(h), eventId: 'x' })],
  ['an invalid message that is nowhere', 'lost', (h) => h.deadLetters.pop()],
  [
    'a good event among the dead letters',
    'lost',
    (h) => {
      h.published.push({ ...published(h), eventId: 'x' });
      h.deadLetters.push('x');
    },
  ],
  ['a paid order that never rang', 'lost', (h) => h.paidOrders.push({ orderId: '8', shopId: 's' })],
  [
    'a confirmed payment that the database forgot',
    'lost',
    (h) => h.confirmedPayments.push({ orderId: '8', shopId: 's' }),
  ],
  [
    'a confirmed reminder that never rang',
    'lost',
    (h) => h.reminders.push({ orderId: '8', shopId: 's', confirmed: 1, attempted: 1 }),
  ],
  ['a notification that a client never saw', 'lost', (h) => seen(h).pop()],
  [
    'a client that was told gone while the log stayed the same',
    'lost',
    (h) => {
      h.logChanges = 1;
      client(h).logs.push(followed('one', 'a', 'p', 'b', 'r'));
    },
  ],
  [
    'a client that followed more logs than there were',
    'lost',
    (h) => {
      change(h, 'a', 'p', 'b', 'r');
      h.logChanges = 0;
    },
  ],
  ['what a client did not get of the other log', 'lost', (h) => change(h, 'a', 'p', 'b')],
  [
    'another log that a client got from its middle',
    'outOfOrder',
    (h) => {
      change(h, 'a', 'p', 'b', 'r');
      seen(h).splice(0, 1);
    },
  ],
  [
    'another log in which a client saw one twice',
    'doubled',
    (h) => {
      change(h, 'a', 'p', 'b', 'r');
      seen(h).push({ seq: 4, eventId: 'r' });
    },
  ],
  [
    'a hole in what a client saw of the log before',
    'outOfOrder',
    (h) => {
      seen(h).splice(1, 1);
      change(h, 'a', 'p', 'b', 'r');
    },
  ],
  ['the end of the log that an open plain client never saw', 'lost', (h) => plain(h).seen.pop()],
  [
    'a gap in what a plain client saw',
    'lost',
    (h) => {
      plain(h).openedAt = 0;
      plain(h).seen.unshift(frame(1, '1'));
    },
  ],
  [
    'a gap in what a plain client saw before its connection broke',
    'lost',
    (h) => {
      plain(h).seen = [frame(1, '1'), frame(2, '7')];
      plain(h).stayed = false;
    },
  ],
  ['what was logged right after a plain client had come', 'lost', (h) => plain(h).seen.shift()],
  [
    'a plain client that was open and saw nothing',
    'lost',
    (h) => {
      plain(h).seen = [];
    },
  ],
  [
    'an event that a plain client saw twice on one connection',
    'doubled',
    (h) => plain(h).seen.push(frame(2, '7')),
  ],
  ['two events that a plain client saw in the wrong order', 'outOfOrder', (h) => plain(h).seen.reverse()],
  [
    'an event that a plain client saw and the log has not',
    'invented',
    (h) => plain(h).seen.push(frame(1, '99')),
  ],
  ['an event twice in the log', 'doubled', (h) => h.log.push({ ...row(h, 0), seq: 5 })],
  ['an event in two shops', 'doubled', (h) => h.log.push({ ...row(h, 0), shopId: 't', seq: 1 })],
  ['an event in the log and among the dead letters', 'doubled', (h) => h.deadLetters.push('a')],
  ['a payment that rang twice', 'doubled', (h) => h.log.push({ ...row(h, 1), seq: 5, eventId: 'p2' })],
  [
    'more reminders than requests',
    'doubled',
    (h) => {
      h.log.push({ ...row(h, 3), seq: 5, eventId: 'r2' }, { ...row(h, 3), seq: 6, eventId: 'r3' });
    },
  ],
  ['a notification that a client saw twice', 'doubled', (h) => seen(h).push({ seq: 4, eventId: 'r' })],
  [
    'a hole in the numbers of a log',
    'outOfOrder',
    (h) => {
      row(h, 3).seq = 5;
    },
  ],
  ['two notifications that a client saw in the wrong order', 'outOfOrder', (h) => seen(h).reverse()],
  ['a gap in what a client saw', 'outOfOrder', (h) => seen(h).splice(1, 1)],
  [
    'an event that nobody sent',
    'invented',
    (h) => h.log.push({ shopId: 's', seq: 5, eventId: 'z', type: 1, orderId: '99', storedAt: 0 }),
  ],
  [
    'an invalid message that was logged',
    'invented',
    (h) => h.log.push({ shopId: 's', seq: 5, eventId: 'bad', type: 1, orderId: '3', storedAt: 0 }),
  ],
  [
    'an event that was logged under another order',
    'invented',
    (h) => {
      row(h, 0).orderId = '5';
    },
  ],
  [
    'an event that a client saw and the log has not',
    'invented',
    (h) => seen(h).push({ seq: 5, eventId: 'z' }),
  ],
  [
    'an event that a client saw under another number',
    'invented',
    (h) => {
      firstSeen(h).eventId = 'b';
    },
  ],
];

describe('the judge of histories', () => {
  it('acquits a history that keeps every guarantee', () => {
    expect(checkHistory(clean())).to.deep.equal({ lost: [], doubled: [], outOfOrder: [], invented: [] });
    expect(isClean(checkHistory(clean()))).to.equal(true);
  });

  it('acquits a client that left early with the front of the log', () => {
    const history = clean();
    seen(history).length = 2;
    client(history).stayed = false;
    expect(isClean(checkHistory(history))).to.equal(true);
  });

  it('acquits clients that followed the log into another one, and got all of it', () => {
    const history = clean();
    client(history).logs = [followed('one', 'a', 'p')];
    change(history, 'a', 'p', 'b', 'r');
    expect(isClean(checkHistory(history))).to.equal(true);
  });

  it('acquits a plain client whose connection broke before the end of the log', () => {
    const history = clean();
    plain(history).seen = [];
    plain(history).stayed = false;
    expect(isClean(checkHistory(history))).to.equal(true);
  });

  it('acquits a plain client that sees what was logged shortly before it came', () => {
    const history = clean();
    plain(history).seen.unshift(frame(1, '7'));
    expect(isClean(checkHistory(history))).to.equal(true);
  });

  it('acquits an unconfirmed event that is nowhere, and one that was logged', () => {
    const history = clean();
    history.published.push({ ...published(history), eventId: 'x', confirmed: false });
    published(history).confirmed = false;
    expect(isClean(checkHistory(history))).to.equal(true);
  });

  for (const [what, fault, doctor] of cases) {
    it(`finds ${what}`, () => {
      const history = clean();
      doctor(history);
      expect(checkHistory(history)[fault]).to.have.length.greaterThan(0);
    });
  }
});
