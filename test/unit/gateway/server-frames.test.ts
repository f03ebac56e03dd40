import { expect } from 'chai';
import {
  errorFrame,
  goneFrame,
  heartbeatFrame,
  notificationFrame,
  plainFrame,
  readyFrame,
  receiptFrame,
} from '../../../src/gateway/server-frames.ts';
import { notification, receipt } from '../../support/fake-log.ts';

const state = { epoch: 'e1', head: 42, oldest: 17, receipts: 7 };

describe('frames of the server', () => {
  it('gives a plain client type, orderId and content, and nothing else', () => {
    const seen = notification(42, {
      orderId: 1024,
      content: '订单号： 77',
      ackedBy: 'till-1',
      ackedAt: 'now',
    });
    expect(plainFrame(seen)).to.equal('{"type":1,"orderId":1024,"content":"订单号： 77"}');
  });

  it('keeps the digits of an order id that no JSON number holds', () => {
    const seen = notification(1, { type: 2, orderId: '9007199254740993', content: 'x' });
    expect(plainFrame(seen)).to.equal('{"type":2,"orderId":"9007199254740993","content":"x"}');
  });

  it('tells a v1 client all of a notification', () => {
    expect(notificationFrame(notification(42, { orderId: 7, content: 'c' }))).to.equal(
      '{"kind":"notification","seq":42,"eventId":"event-42","type":1,"orderId":7,"content":"c",' +
        '"occurredAt":"2025-03-06T17:14:35.000Z"}',
    );
  });

  it('adds who acknowledged it to a notification that was acknowledged', () => {
    const seen = notification(42, { orderId: 7, content: 'c', ackedBy: 'till-1', ackedAt: 'T' });
    expect(notificationFrame(seen)).to.match(
      /"occurredAt":"2025-03-06T17:14:35.000Z","ackedBy":"till-1","ackedAt":"T"\}$/,
    );
  });

  it('writes the other kinds as the protocol has them', () => {
    expect(readyFrame('default', state, 40, new Date(0))).to.equal(
      '{"kind":"ready","shop":"default","epoch":"e1","head":42,"oldest":17,"receipts":7,"open":40,"now":"1970-01-01T00:00:00.000Z"}',
    );
    expect(goneFrame(state)).to.equal('{"kind":"gone","epoch":"e1","oldest":17,"head":42}');
    expect(receiptFrame(receipt(7, 42))).to.equal(
      '{"kind":"receipt","n":7,"seq":42,"sid":"till-1","reason":"acknowledged","at":"2025-03-06T17:15:00.000Z"}',
    );
    expect(heartbeatFrame(42)).to.equal('{"kind":"heartbeat","head":42}');
    expect(errorFrame('bad-frame', 'm')).to.equal('{"kind":"error","code":"bad-frame","message":"m"}');
    expect(errorFrame('unknown-seq', 'm', 42)).to.equal(
      '{"kind":"error","code":"unknown-seq","message":"m","seq":42}',
    );
  });
});
