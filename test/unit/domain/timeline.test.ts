import { expect } from 'chai';
import { Compile } from 'typebox/compile';
import type { OrderLogEntry, OrderTrail } from '../../../src/domain/order-trail.ts';
import { OrderTimeline, timelineOf } from '../../../src/domain/timeline.ts';

const at = (second: number) => new Date(Date.UTC(2025, 2, 6, 17, 14, second));

const order = {
  ...{ id: 7, number: 'n-7', shopId: 'corner', createdAt: at(0), paidAt: at(10), paidEventId: 'paid-7' },
  remindedAt: null,
};

const entry: OrderLogEntry = {
  ...{ shopId: 'corner', seq: 42, eventId: 'paid-7', type: 1, content: 'x' },
  ...{ occurredAt: at(10), storedAt: at(11), expiredAt: null, broadcastAt: null, publishedAt: null },
  ...{ seen: undefined, spoken: undefined, settled: undefined },
};

const nothing: OrderTrail = { order: undefined, waiting: [], log: [], escalations: [] };
const acknowledged = { n: 1, sid: 'till-1', subject: 'us', reason: 'acknowledged', at: at(20) } as const;

describe('the timeline of an order', () => {
  it('goes from created to spoken and acknowledged, with each escalation, and is as its schema has it', () => {
    const delivery = { target: 'manager', attempts: 1, at: at(16) };
    const fired = { shopId: 'corner', seq: 42, cycle: 0, step: 1, condition: 'unheard', presence: 'silent' };
    const steps = timelineOf({
      order,
      waiting: [{ key: 'order.paid', eventId: 'paid-7', recordedAt: at(10) }],
      log: [
        {
          ...entry,
          publishedAt: new Date(at(10).getTime() + 500),
          broadcastAt: new Date(at(11).getTime() + 40),
          seen: { at: at(12), sid: 'till-2' },
          spoken: { at: at(18), sid: 'till-1' },
          settled: acknowledged,
        },
      ],
      escalations: [
        {
          ...fired,
          targets: ['manager'],
          decidedAt: at(15),
          deliveries: [{ ...delivery, state: 'delivered', reason: null }],
        },
      ],
    });
    const place = { shopId: 'corner', seq: 42 };
    const step = { ...place, step: 1, cycle: 0 };
    const time = (second: number) => at(second).toISOString();
    const expected = [
      { at: time(0), what: 'created', shopId: 'corner' },
      { at: time(10), what: 'paid', shopId: 'corner', eventId: 'paid-7' },
      { at: time(10), what: 'waits', shopId: 'corner', key: 'order.paid', eventId: 'paid-7' },
      { at: '2025-03-06T17:14:10.500Z', what: 'published', shopId: 'corner', eventId: 'paid-7' },
      { at: time(11), what: 'logged', ...place, type: 1, eventId: 'paid-7', occurredAt: time(10) },
      { at: '2025-03-06T17:14:11.040Z', what: 'broadcast', ...place },
      { at: time(12), what: 'seen', ...place, sid: 'till-2' },
      { at: time(15), what: 'escalated', ...step, when: 'unheard', targets: ['manager'], presence: 'silent' },
      { at: time(16), what: 'delivery', ...step, target: 'manager', state: 'delivered', attempts: 1 },
      { at: time(18), what: 'spoken', ...place, sid: 'till-1' },
      { at: time(20), what: 'acknowledged', ...place, sid: 'till-1' },
    ];
    expect(steps).to.deep.equal(expected);
    expect(Compile(OrderTimeline).Check({ orderId: 7, number: 'n-7', steps })).to.equal(true);
  });

  it('leaves out a broadcast from before it was logged: that was of another log', () => {
    const log = [{ ...entry, broadcastAt: new Date(entry.storedAt.getTime() - 1) }];
    expect(timelineOf({ ...nothing, log }).map(({ what }) => what)).to.deep.equal(['logged']);
  });

  it('leaves out what a till reports after it was dealt with', () => {
    const log = [
      { ...entry, settled: acknowledged, seen: { at: at(20), sid: 'a' }, spoken: { at: at(21), sid: 'a' } },
    ];
    expect(timelineOf({ ...nothing, log }).map(({ what }) => what)).to.deep.equal([
      'logged',
      'seen',
      'acknowledged',
    ]);
  });

  it('ends with what upstream did, or with nothing', () => {
    const resolved = { ...acknowledged, sid: null, reason: 'cancelled' } as const;
    expect(timelineOf({ ...nothing, log: [{ ...entry, settled: resolved }] }).at(-1)).to.deep.equal({
      ...{ at: at(20).toISOString(), what: 'resolved', shopId: 'corner', seq: 42, reason: 'cancelled' },
    });
    expect(timelineOf({ ...nothing, log: [{ ...entry, expiredAt: at(30) }] }).at(-1)?.what).to.equal(
      'expired',
    );
    expect(timelineOf(nothing)).to.deep.equal([]);
  });
});
