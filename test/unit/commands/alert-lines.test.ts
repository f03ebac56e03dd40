import { expect } from 'chai';
import type { Alert } from '../../../src/client/types.ts';
import { alertLine, gapLine, receiptLine } from '../../../src/commands/alert-lines.ts';

describe('an alert in the terminal', () => {
  const at = '2025-03-06T17:14:35.000Z';
  const alert: Alert = { seq: 42, eventId: 'e', type: 1, orderId: 7, content: '订单号： A', occurredAt: at };

  it('is one line: its number, time, kind and content', () => {
    expect(alertLine(alert)).to.equal(`42  ${at}  paid      订单号： A`);
    expect(alertLine({ ...alert, type: 2 })).to.equal(`42  ${at}  reminded  订单号： A`);
  });

  it('names the type where a later version has added it', () => {
    expect(alertLine({ ...alert, type: 99 })).to.equal(`42  ${at}  type 99   订单号： A`);
  });

  it('says who acknowledged it before it came, and who does later', () => {
    expect(alertLine({ ...alert, ackedBy: 'till-1', ackedAt: at })).to.match(/ {2}acked by till-1$/);
    expect(receiptLine({ n: 1, seq: 42, sid: 'till-1', reason: 'acknowledged', at })).to.equal(
      `42  ${at}  acked     by till-1`,
    );
    expect(alertLine({ ...alert, ackedBy: null, ackedAt: at, reason: 'accepted' })).to.match(
      / {2}accepted by upstream$/,
    );
    expect(receiptLine({ n: 1, seq: 42, sid: null, reason: 'cancelled', at })).to.equal(
      `42  ${at}  cancelled  by upstream`,
    );
  });

  it('says what is missing', () => {
    const gap = { epoch: 'e', oldest: 17, head: 42 };
    expect(gapLine({ ...gap, missing: { from: 3, to: 16 } })).to.equal(
      'gap: 3 to 16 are gone, all that is kept follows, 17 to 42',
    );
    expect(gapLine(gap)).to.equal('gap: this is another log, all that is kept follows, 17 to 42');
  });
});
