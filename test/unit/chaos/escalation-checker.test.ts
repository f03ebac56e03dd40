/** The judge of escalation, on histories that were doctored. */

import { expect } from 'chai';
import type { Verdict } from '../../chaos/checker.ts';
import { checkEscalation } from '../../chaos/escalation/checker.ts';
import type { EscalationHistory } from '../../chaos/escalation/history.ts';

const place = (seq: number, step: number) => ({ shopId: 's', seq, cycle: 0, step });

/** Alert 1 is acknowledged after its first step, alert 2 resolved at once, alert 3 expires after two; then the shop is deaf. */
function clean(): EscalationHistory {
  const delivery = (id: string, seq: number, step: number) => ({
    id,
    target: 'platform',
    state: 'delivered',
    reason: null,
    place: place(seq, step),
  });
  const request = (id: string, at: number, seq: number, step: number) => ({
    id,
    target: 'platform',
    at,
    isSigned: true,
    wasTaken: true,
    place: place(seq, step),
  });
  const escalated = (id: string, seq: number, step: number) => ({
    id,
    key: 'notification.escalated',
    shopId: 's',
    occurredAt: 0,
    place: place(seq, step),
  });
  const edge = (id: string, key: string, occurredAt: number) => ({
    id,
    key,
    shopId: 's',
    occurredAt,
    place: undefined,
  });
  return {
    alerts: [
      { shopId: 's', seq: 1, orderId: '11', isAnswered: true, hasExpired: false },
      { shopId: 's', seq: 2, orderId: '12', isAnswered: true, hasExpired: false },
      { shopId: 's', seq: 3, orderId: '13', isAnswered: false, hasExpired: true },
    ],
    resolutions: [{ shopId: 's', orderId: '12', confirmed: true }],
    observedReceipts: [{ shopId: 's', seq: 1, at: 5_000 }],
    steps: [
      { ...place(1, 1), decidedAt: 4_000, targets: ['platform'] },
      { ...place(3, 1), decidedAt: 4_000, targets: ['platform'] },
      { ...place(3, 2), decidedAt: 8_000, targets: ['platform'] },
    ],
    deliveries: [delivery('d1', 1, 1), delivery('d2', 3, 1), delivery('d3', 3, 2)],
    received: [
      request('d1', 4_100, 1, 1),
      { ...request('d2', 4_100, 3, 1), wasTaken: false },
      request('d2', 9_000, 3, 1),
      request('d3', 8_100, 3, 2),
    ],
    // A repeat, and an edge that came late.
    bell: [
      escalated('b1', 1, 1),
      escalated('b1', 1, 1),
      escalated('b2', 3, 1),
      escalated('b3', 3, 2),
      edge('e2', 'shop.hearing', 200),
      edge('e1', 'shop.deaf', 100),
      edge('e1', 'shop.deaf', 100),
    ],
    stillOpen: 0,
  };
}

const first = <T>(items: readonly T[]) => there(items[0]);
const last = <T>(items: readonly T[]) => there(items.at(-1));

function there<T>(item: T | undefined): T {
  if (item === undefined) throw new Error('there is none');
  return item;
}

function verdictOf(history: EscalationHistory): Verdict {
  const verdict: Verdict = { lost: [], doubled: [], outOfOrder: [], invented: [] };
  checkEscalation(history, verdict);
  return verdict;
}

const cases: [string, keyof Verdict, (history: EscalationHistory) => void][] = [
  ['a step that was decided twice', 'doubled', (h) => h.steps.push(first(h.steps))],
  [
    'a step that was decided after its answer was seen',
    'invented',
    (h) => (first(h.steps).decidedAt = 5_001),
  ],
  ['a row that still waits', 'lost', (h) => (h.stillOpen = 1)],
  ['an alert without an answer that did not expire', 'lost', (h) => (last(h.alerts).hasExpired = false)],
  ['an alert that expired without a step', 'lost', (h) => h.alerts.push({ ...last(h.alerts), seq: 4 })],
  ['an order that was accepted and stayed open', 'lost', (h) => (first(h.resolutions).orderId = '13')],
  ['a step of which a target has no delivery', 'lost', (h) => first(h.steps).targets.push('owner')],
  [
    'a delivery of no step',
    'invented',
    (h) => h.deliveries.push({ ...first(h.deliveries), id: 'x', place: place(9, 1) }),
  ],
  ['a delivery that was made twice', 'doubled', (h) => h.deliveries.push(first(h.deliveries))],
  ['a delivery that still waits', 'lost', (h) => (first(h.deliveries).state = 'pending')],
  ['a delivery that ended without a reason', 'lost', (h) => (first(h.deliveries).state = 'ended')],
  ['a delivery that no receiver took', 'lost', (h) => (first(h.received).wasTaken = false)],
  ['a request without a signature', 'invented', (h) => (first(h.received).isSigned = false)],
  ['a request under another id', 'invented', (h) => h.received.push({ ...first(h.received), id: 'x' })],
  ['a request under the id of another step', 'invented', (h) => (first(h.received).place = place(3, 1))],
  ['a request that was followed elsewhere', 'invented', (h) => (first(h.received).target = 'elsewhere')],
  ['a request long after the answer was seen', 'invented', (h) => (first(h.received).at = 35_001)],
  ['a step that was never on the bell', 'lost', (h) => h.bell.splice(2, 1)],
  ['a step that is on the bell under two ids', 'doubled', (h) => h.bell.push({ ...first(h.bell), id: 'x' })],
  [
    'a shop that was deaf twice in a row',
    'outOfOrder',
    (h) => h.bell.push({ ...last(h.bell), id: 'e0', occurredAt: 50 }),
  ],
  ['a shop that hears without having been deaf', 'outOfOrder', (h) => h.bell.splice(5, 2)],
];

describe('the judge of escalation', () => {
  it('acquits a history that keeps every guarantee', () => {
    expect(verdictOf(clean())).to.deep.equal({ lost: [], doubled: [], outOfOrder: [], invented: [] });
  });

  for (const [what, kind, doctor] of cases) {
    it(`finds ${what}`, () => {
      const history = clean();
      doctor(history);
      expect(verdictOf(history)[kind]).to.have.length.above(0);
    });
  }
});
