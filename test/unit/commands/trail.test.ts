import { expect } from 'chai';
import type { DeadLetter } from '../../../src/broker/dead-letters/dead-letter.ts';
import {
  asTable,
  type Findings,
  isPaymentMissing,
  mentions,
  span,
  stepsOf,
} from '../../../src/commands/trail.ts';

const at = (second: number) => new Date(Date.UTC(2025, 2, 6, 17, 14, second));

const order = {
  id: 7,
  number: 'n-7',
  shopId: 'corner',
  createdAt: at(0),
  paidAt: at(10),
  paidEventId: 'paid-7',
  remindedAt: null,
};

const entry = {
  shopId: 'corner',
  seq: 42,
  eventId: 'paid-7',
  type: 1 as const,
  content: '订单号： n-7',
  occurredAt: at(10),
  storedAt: at(11),
  seen: undefined,
  spoken: undefined,
  settled: undefined,
  expiredAt: null,
  broadcastAt: null,
  publishedAt: null,
};

function letter(over: Partial<DeadLetter> = {}): DeadLetter {
  return {
    id: 'abc',
    routingKey: 'order.paid',
    reason: 'not-json',
    detail: 'not JSON',
    at: at(30).toISOString(),
    messageId: undefined,
    timestamp: undefined,
    headers: {},
    body: Buffer.from('{}'),
    ...over,
  };
}

const nothing: Findings = { order: undefined, waiting: [], log: [], escalations: [], deadLetters: [] };

describe('the trail of an order', () => {
  it('is in the order of time, wherever a step is known from', () => {
    const steps = stepsOf({
      order: { ...order, remindedAt: at(25) },
      waiting: [{ key: 'order.reminded', eventId: 'e-2', recordedAt: at(25) }],
      log: [
        { ...entry, settled: { n: 3, sid: 'till-1', subject: 'us', reason: 'acknowledged', at: at(20) } },
      ],
      escalations: [],
      deadLetters: [letter({ at: '' }), letter({ messageId: 'e-9' })],
    });
    expect(steps.map(({ what }) => what)).to.deep.equal([
      ...['created', 'paid', 'logged', 'acknowledged'],
      ...['reminded', 'waits', 'refused', 'refused'],
    ]);
    expect(steps.map(({ eventId }) => eventId)).to.deep.equal([
      ...[undefined, 'paid-7', 'paid-7', 'paid-7', undefined, 'e-2', 'e-9', undefined],
    ]);
    expect(steps.at(-1)?.at).to.equal(undefined);
    expect(steps[2]?.detail).to.equal('new order, seq 42 of shop corner, 1.0 s after it occurred');
    expect(steps[3]?.detail).to.equal('seq 42 by till-1 with a token of us, receipt 3');
    expect(steps[6]?.detail).to.equal('order.paid, dead letter abc, not-json: not JSON');
  });

  it('has what the tills reported, each escalation with its deliveries, and how it ended', () => {
    const spoken = { at: at(13), sid: 'till-1' };
    const settled = { n: 1, sid: null, subject: null, reason: 'accepted', at: at(20) } as const;
    const log = [
      { ...entry, spoken, settled },
      { ...entry, seq: 43, expiredAt: at(22) },
    ];
    const place = { shopId: 'corner', seq: 42, cycle: 0, step: 1 };
    const escalations = [
      {
        ...place,
        condition: 'unheard',
        targets: ['manager'],
        presence: 'silent',
        decidedAt: at(12),
        deliveries: [
          { target: 'manager', state: 'ended', attempts: 3, reason: 'expired', at: at(19) } as const,
        ],
      },
    ];
    const steps = stepsOf({ ...nothing, log, escalations });
    expect(steps.map(({ what, detail }) => `${what}: ${detail}`).slice(2)).to.deep.equal([
      'escalated: seq 42, step 1, cycle 0, as it was unheard (silent), to manager',
      'spoken: seq 42 at till-1',
      'delivery: seq 42, step 1 to manager: ended after 3 attempts, expired',
      'resolved: seq 42: upstream has accepted the order',
      'expired: seq 43 without an answer',
    ]);
    expect(new Set(steps.map(({ eventId }) => eventId))).to.deep.equal(new Set(['paid-7']));
  });

  it('has no step where nothing is known, also without the dead letters', () => {
    expect(stepsOf(nothing)).to.deep.equal([]);
    expect(stepsOf({ ...nothing, deadLetters: undefined })).to.deep.equal([]);
  });

  it('lacks the payment where its event is nowhere, and everything was looked at', () => {
    expect(isPaymentMissing({ ...nothing, order })).to.equal(true);
    expect(isPaymentMissing({ ...nothing, order, deadLetters: undefined })).to.equal(false);
    expect(isPaymentMissing({ ...nothing, order: { ...order, paidEventId: null } })).to.equal(false);
    expect(isPaymentMissing({ ...nothing, order, log: [entry] })).to.equal(false);
    const elsewhere = { ...entry, shopId: 'elsewhere' };
    expect(isPaymentMissing({ ...nothing, order, log: [elsewhere] }), 'the id of another shop').to.equal(
      true,
    );
    const waiting = [{ key: 'order.paid', eventId: 'paid-7', recordedAt: at(10) }];
    expect(isPaymentMissing({ ...nothing, order, waiting })).to.equal(false);
    expect(isPaymentMissing({ ...nothing, order, deadLetters: [letter({ messageId: 'paid-7' })] })).to.equal(
      false,
    );
    expect(isPaymentMissing(nothing)).to.equal(false);
  });

  it('is a table with the time between two steps', () => {
    const [first, second, third] = asTable(
      stepsOf({ ...nothing, order, log: [entry], deadLetters: [letter({ at: '' })] }).slice(1),
    );
    expect(first).to.equal('2025-03-06T17:14:10.000Z          paid     paid-7');
    expect(second).to.equal(
      '2025-03-06T17:14:11.000Z  +1.0 s  logged   paid-7  new order, seq 42 of shop corner, 1.0 s after it occurred',
    );
    expect(third).to.match(/^at some time {22}refused {10}order\.paid/);
  });
});

describe('a time span', () => {
  const spans: [number, string][] = [
    [0, '0 ms'],
    [999, '999 ms'],
    [-40, '-40 ms'],
    [1_000, '1.0 s'],
    [119_000, '119.0 s'],
    [120_000, '2 min'],
    [7_200_000, '2.0 h'],
    [200_000_000, '2.3 d'],
  ];
  for (const [ms, text] of spans) it(`of ${ms} ms is ${text}`, () => expect(span(ms)).to.equal(text));
});

describe('a dead letter', () => {
  const names = { orderId: 102, orderNumber: 'n.102', shopId: 'corner', eventIds: ['e-1'] };
  const about: [string, string, string | undefined, boolean][] = [
    ['the id as a number', '{"orderId":102}', undefined, true],
    ['the id as a string', '{"orderId":"102"}', undefined, true],
    ['the number', '{"orderNumber":"n.102"}', undefined, true],
    ['an event id of the order', '{"eventId":"e-1"}', undefined, true],
    ['an event id of the order as its message id', 'no json', 'e-1', true],
    ['the id in what is no JSON', 'orderId=102;', undefined, true],
    ['the number in what is no JSON', 'n.102', undefined, true],
    ['the number, of its shop', '{"orderNumber":"n.102","shopId":"corner"}', undefined, true],
    ['the number, of another shop', '{"orderNumber":"n.102","shopId":"hill"}', undefined, false],
    ['another id that has the same digits', '{"orderId":1102}', undefined, false],
    ['the same digits as its amount', '{"orderId":1,"amount":102}', undefined, false],
    ['other digits in what is no JSON', '1102 1020 n-102', undefined, false],
    ['neither id nor number', '{}', undefined, false],
    ['a list', '[102]', undefined, false],
    ['nothing', '', undefined, false],
  ];
  for (const [what, body, messageId, belongs] of about) {
    it(`with ${what} ${belongs ? 'belongs' : 'does not belong'} to the order`, () => {
      expect(mentions({ messageId, body: Buffer.from(body) }, names)).to.equal(belongs);
    });
  }

  it('belongs to no order of which no name is known', () => {
    const unnamed = { orderId: undefined, orderNumber: undefined, shopId: undefined, eventIds: [] };
    expect(mentions({ messageId: undefined, body: Buffer.from('{}') }, unnamed)).to.equal(false);
    expect(mentions({ messageId: undefined, body: Buffer.from('undefined') }, unnamed)).to.equal(false);
  });
});
