import { expect } from 'chai';
import fc from 'fast-check';
import { type Action, lowestOpen, openOf, reduce, statusOf } from '../../../src/console/model/alerts.ts';
import {
  acknowledgedBy,
  alertOf,
  alertsFrom,
  dayLog,
  LATE_LAST_EVENING,
  MIDNIGHT,
  pageAfter,
  seqsOf,
  TODAY,
  YESTERDAY,
} from '../../support/console.ts';

const loaded = (...args: Parameters<typeof dayLog>): Action => ({ kind: 'loaded', log: dayLog(...args) });
const rung = (seq: number, change = {}): Action => ({ kind: 'notification', alert: alertOf(seq, change) });
const receipts = (seqs: readonly number[], sid = 'other'): Action => ({
  kind: 'receipts',
  receipts: seqs.map((seq) => ({ seq, sid, reason: 'acknowledged', at: TODAY })),
});
const receipt = (seq: number, sid?: string) => receipts([seq], sid);
const ack = (...seqs: number[]): Action => ({ kind: 'ack', seqs });
const gap = (epoch: string, oldest: number, head: number): Action => ({
  kind: 'gap',
  gap: { epoch, oldest, head },
});

describe("the console's alerts", () => {
  it('are none, and not known to be none, before the log was read', () => {
    expect(pageAfter()).to.deep.include({ entries: [], isRead: false });
    expect(pageAfter(loaded([]))).to.deep.include({ entries: [], isRead: true });
  });

  describe('when others are told of one', () => {
    const step = (step: number, second: number) => ({
      ...{ step, targets: ['manager'], at: `2025-03-06T09:00:0${second}.000Z` },
    });
    const escalated = (seq: number, at: ReturnType<typeof step>): Action => ({
      kind: 'escalation',
      escalation: { seq, ...at },
    });
    const read = (seq: number, at: ReturnType<typeof step>) =>
      loaded([Object.assign(alertOf(seq), { escalated: at })]);

    it('keep its newest step, from the link or from the log', () => {
      expect([
        ...pageAfter(loaded([alertOf(1)]), escalated(1, step(1, 1)), escalated(1, step(2, 2))).escalated,
      ]).to.deep.equal([[1, step(2, 2)]]);
      expect(pageAfter(read(1, step(1, 1))).escalated.get(1)).to.deep.equal(step(1, 1));
    });

    it('keep the later one where a read of the log raced with the link', () => {
      expect(pageAfter(escalated(1, step(2, 2)), read(1, step(1, 1))).escalated.get(1)).to.deep.equal(
        step(2, 2),
      );
      expect(pageAfter(escalated(1, step(1, 1)), read(1, step(2, 2))).escalated.get(1)).to.deep.equal(
        step(2, 2),
      );
    });

    it('forget it with the log that it was of', () => {
      expect(pageAfter(read(1, step(1, 1)), gap('another', 1, 1)).escalated.size).to.equal(0);
    });
  });

  describe('when the log is read', () => {
    it('are those of today, open unless somebody acknowledged them', () => {
      const state = pageAfter(loaded([alertOf(1), alertOf(2, acknowledgedBy('a')), alertOf(3)]));
      expect(seqsOf(state.entries)).to.deep.equal([1, 2, 3]);
      expect(seqsOf(openOf(state))).to.deep.equal([1, 3]);
    });

    it('leave out what is older, unless it is known to be open', () => {
      const old = alertsFrom(1, 4, { occurredAt: YESTERDAY });
      expect(pageAfter(loaded([...old, alertOf(5)])).entries).to.have.length(1);
      const state = pageAfter(loaded([...old, alertOf(5)], { openFrom: 3 }));
      expect(seqsOf(state.entries)).to.deep.equal([3, 4, 5]);
    });

    it('have what nobody acknowledged late in the evening before', () => {
      const evening = { occurredAt: LATE_LAST_EVENING };
      const state = pageAfter(
        loaded([alertOf(1, evening), alertOf(2, { ...evening, ...acknowledgedBy('a') })]),
      );
      expect(seqsOf(state.entries)).to.deep.equal([1]);
    });

    it('leave out what is older and acknowledged', () => {
      const old = [
        alertOf(1, { occurredAt: YESTERDAY }),
        alertOf(2, { occurredAt: YESTERDAY, ...acknowledgedBy('a') }),
      ];
      expect(seqsOf(pageAfter(loaded(old, { openFrom: 1 })).entries)).to.deep.equal([1]);
    });

    it('are in the log that is read, of which nothing is known before', () => {
      expect(pageAfter(loaded([])).epoch).to.equal('e');
      expect(pageAfter(loaded([], { epoch: undefined })).epoch).to.equal(undefined);
    });
  });

  describe('when a notification comes', () => {
    it('have it in its place, open', () => {
      const state = pageAfter(loaded([alertOf(1)]), rung(2));
      expect(seqsOf(openOf(state))).to.deep.equal([1, 2]);
    });

    it('have it once, however often it comes', () => {
      const state = pageAfter(loaded([]), rung(1));
      expect(reduce(state, rung(1))).to.equal(state);
    });

    it('show it though it says that it is from yesterday, since it is news', () => {
      const state = pageAfter(loaded([alertOf(1)]), rung(2, { occurredAt: YESTERDAY }));
      expect(seqsOf(openOf(state))).to.deep.equal([1, 2]);
    });

    it('keep such a one through another read of the log', () => {
      const late = alertOf(2, { occurredAt: YESTERDAY });
      const state = pageAfter(
        loaded([alertOf(1)]),
        { kind: 'notification', alert: late },
        loaded([alertOf(1), late, alertOf(3)]),
      );
      expect(seqsOf(openOf(state))).to.deep.equal([1, 2, 3]);
    });

    it('do not ring for what was acknowledged meanwhile', () => {
      expect(openOf(pageAfter(loaded([]), rung(1, acknowledgedBy('a'))))).to.deep.equal([]);
    });

    it('learn from a repeat that it was acknowledged', () => {
      const state = pageAfter(loaded([]), rung(1), ack(1), rung(1, acknowledgedBy('a')));
      expect(state.entries[0]).to.include({ ackedBy: 'a' });
      expect([...state.pending]).to.deep.equal([]);
    });
  });

  describe('when one is acknowledged here', () => {
    const state = pageAfter(loaded(alertsFrom(1, 3)), ack(2));

    it('fall silent at once, and wait for the receipt', () => {
      expect(seqsOf(openOf(state))).to.deep.equal([1, 3]);
      expect(state.entries.map((entry) => statusOf(state, entry))).to.deep.equal(['open', 'pending', 'open']);
    });

    it('take the receipt for who and when', () => {
      const settled = reduce(state, receipt(2, 'front-00000000'));
      expect(settled.entries[1]).to.include({ ackedBy: 'front-00000000', ackedAt: TODAY });
      expect([...settled.pending]).to.deep.equal([]);
    });

    it('change nothing for what is not open', () => {
      const settled = reduce(state, receipt(1));
      for (const action of [ack(1), ack(2), ack(99), ack()])
        expect(reduce(settled, action)).to.equal(settled);
    });

    it('are acknowledged together', () => {
      expect(openOf(pageAfter(loaded(alertsFrom(1, 50)), ack(...seqsOf(alertsFrom(1, 50)))))).to.deep.equal(
        [],
      );
    });

    it('go on waiting after a read in which it is still open', () => {
      const again = reduce(state, loaded(alertsFrom(1, 3)));
      expect([...again.pending]).to.deep.equal([2]);
    });

    it('wait no more for one that the log no longer has', () => {
      const again = reduce(state, loaded([alertOf(3)], { oldest: 3, readFrom: 3 }));
      expect([...again.pending]).to.deep.equal([]);
      expect(seqsOf(again.entries)).to.deep.equal([3]);
    });
  });

  describe('when somebody else acknowledges', () => {
    it('fall silent, and the first one counts', () => {
      const state = pageAfter(loaded([alertOf(1)]), receipt(1, 'first'), receipt(1, 'second'));
      expect(openOf(state)).to.deep.equal([]);
      expect(state.entries[0]).to.include({ ackedBy: 'first' });
    });

    it('keep that through a read of the log that was older', () => {
      const state = pageAfter(loaded([alertOf(1)]), receipt(1, 'first'), loaded([alertOf(1)]));
      expect(state.entries[0]).to.include({ ackedBy: 'first' });
    });

    it('do not mind a receipt of one that is not here', () => {
      const state = pageAfter(loaded([alertOf(5)]));
      expect(reduce(state, receipt(1))).to.equal(state);
    });
  });

  describe('when there was a gap', () => {
    it('of the same log, take all that follows for news', () => {
      const state = pageAfter(loaded([alertOf(1)]), gap('e', 50, 60), rung(50, { occurredAt: YESTERDAY }));
      expect(seqsOf(openOf(state))).to.deep.equal([1, 50]);
    });

    it('to another log, begin anew, with what is of today', () => {
      const state = pageAfter(
        loaded(alertsFrom(1, 3)),
        ack(2),
        gap('f', 1, 2),
        rung(1, { occurredAt: YESTERDAY }),
        rung(2),
        rung(3, { occurredAt: YESTERDAY }),
      );
      expect(state.epoch).to.equal('f');
      expect(seqsOf(openOf(state))).to.deep.equal([2, 3]);
      expect([...state.pending]).to.deep.equal([]);
    });

    it('drop a read of the log that was before', () => {
      const state = pageAfter(loaded([alertOf(1)]), gap('f', 1, 0));
      expect(reduce(state, loaded(alertsFrom(1, 9)))).to.equal(state);
    });

    it('join what was read with what came meanwhile', () => {
      const state = pageAfter(loaded([]), gap('f', 1, 2), rung(3), loaded(alertsFrom(1, 2), { epoch: 'f' }));
      expect(seqsOf(openOf(state))).to.deep.equal([1, 2, 3]);
    });
  });

  it('learn from the link which log they are of, where the shop had none', () => {
    const state = pageAfter(loaded([], { epoch: undefined }), rung(1), { kind: 'following', epoch: 'g' });
    expect(state.epoch).to.equal('g');
    expect(seqsOf(openOf(state))).to.deep.equal([1]);
  });

  describe('at midnight', () => {
    const state = pageAfter(loaded([alertOf(1), alertOf(2, acknowledgedBy('a')), alertOf(3)]), ack(3));

    it('are left if nobody has acknowledged them', () => {
      const next = reduce(state, { kind: 'midnight', dayStart: MIDNIGHT + 86_400_000 });
      expect(seqsOf(next.entries)).to.deep.equal([1, 3]);
      expect([...next.pending]).to.deep.equal([3]);
    });

    it('stay as they are while it is the same day', () => {
      expect(reduce(state, { kind: 'midnight', dayStart: MIDNIGHT })).to.equal(state);
    });
  });

  describe('the lowest that is open', () => {
    it('is the first without a receipt, also if one was asked for', () => {
      expect(
        lowestOpen(pageAfter(loaded([alertOf(4, acknowledgedBy('a')), alertOf(5), alertOf(6)]), ack(5))),
      ).to.equal(5);
    });

    it('is what comes next where all are acknowledged', () => {
      expect(lowestOpen(pageAfter(loaded([alertOf(4, acknowledgedBy('a'))])))).to.equal(5);
      expect(lowestOpen(pageAfter(loaded([], { head: 9 })))).to.equal(10);
    });
  });

  it('are in order, once each, and never open after a receipt, whatever happens in whatever order', () => {
    const seq = fc.integer({ min: 1, max: 12 });
    const action: fc.Arbitrary<Action> = fc.oneof(
      seq.map((n) => rung(n)),
      fc.array(seq, { maxLength: 4 }).map((seqs) => receipts(seqs)),
      fc.array(seq, { maxLength: 4 }).map((seqs) => ack(...seqs)),
      seq.map((head) => loaded(alertsFrom(1, head))),
      seq.map((n) => rung(n, { occurredAt: YESTERDAY })),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
        let state = pageAfter();
        const acknowledged = new Set<number>();
        for (const one of actions) {
          state = reduce(state, one);
          const seqs = seqsOf(state.entries);
          expect(seqs).to.deep.equal([...new Set(seqs)].sort((a, b) => a - b));
          for (const { seq } of one.kind === 'receipts' ? one.receipts : []) {
            if (seqs.includes(seq)) acknowledged.add(seq);
          }
          for (const open of openOf(state)) expect([...acknowledged]).not.to.include(open.seq);
          for (const pending of state.pending) expect(seqs).to.include(pending);
        }
      }),
    );
  });
});
