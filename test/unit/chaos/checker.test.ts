/** The judge of the chaos suite, on histories that were doctored: a judge that acquits all proves nothing. */

import { expect } from 'chai';
import { isClean, judge } from '../../chaos/checker.ts';
import type { History } from '../../chaos/history.ts';

/** Two upstream events, one invalid one, one payment and one reminder, seen by one client that stayed. */
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
      { shopId: 's', seq: 1, eventId: 'a', type: 1, orderId: '1' },
      { shopId: 's', seq: 2, eventId: 'p', type: 1, orderId: '7' },
      { shopId: 's', seq: 3, eventId: 'b', type: 2, orderId: '2' },
      { shopId: 's', seq: 4, eventId: 'r', type: 2, orderId: '7' },
    ],
    deadLetters: ['bad'],
    clients: [
      {
        name: 'c',
        shopId: 's',
        seen: ['a', 'p', 'b', 'r'].map((eventId, index) => ({ seq: index + 1, eventId })),
        gone: 0,
        stayed: true,
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
const firstSeen = (history: History) => {
  const [found] = client(history).seen;
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
  ['a notification that a client never saw', 'lost', (h) => client(h).seen.pop()],
  [
    'a client that was told gone',
    'lost',
    (h) => {
      client(h).gone = 1;
    },
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
  ['a notification that a client saw twice', 'doubled', (h) => client(h).seen.push({ seq: 4, eventId: 'r' })],
  [
    'a hole in the numbers of a log',
    'outOfOrder',
    (h) => {
      row(h, 3).seq = 5;
    },
  ],
  ['two notifications that a client saw in the wrong order', 'outOfOrder', (h) => client(h).seen.reverse()],
  ['a gap in what a client saw', 'outOfOrder', (h) => client(h).seen.splice(1, 1)],
  [
    'an event that nobody sent',
    'invented',
    (h) => h.log.push({ shopId: 's', seq: 5, eventId: 'z', type: 1, orderId: '99' }),
  ],
  [
    'an invalid message that was logged',
    'invented',
    (h) => h.log.push({ shopId: 's', seq: 5, eventId: 'bad', type: 1, orderId: '3' }),
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
    (h) => client(h).seen.push({ seq: 5, eventId: 'z' }),
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
    expect(judge(clean())).to.deep.equal({ lost: [], doubled: [], outOfOrder: [], invented: [] });
    expect(isClean(judge(clean()))).to.equal(true);
  });

  it('acquits a client that left early with the front of the log', () => {
    const history = clean();
    client(history).seen.length = 2;
    client(history).stayed = false;
    expect(isClean(judge(history))).to.equal(true);
  });

  it('acquits an unconfirmed event that is nowhere, and one that was logged', () => {
    const history = clean();
    history.published.push({ ...published(history), eventId: 'x', confirmed: false });
    published(history).confirmed = false;
    expect(isClean(judge(history))).to.equal(true);
  });

  for (const [what, fault, doctor] of cases) {
    it(`finds ${what}`, () => {
      const history = clean();
      doctor(history);
      expect(judge(history)[fault]).to.have.length.greaterThan(0);
    });
  }
});
