import { expect } from 'chai';
import {
  errorFrame,
  goneFrame,
  heartbeatFrame,
  notificationFrame,
  plainFrame,
  readClientFrame,
  readyFrame,
  receiptFrame,
} from '../../../src/gateway/protocol.ts';
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
    expect(readyFrame('default', state)).to.equal(
      '{"kind":"ready","shop":"default","epoch":"e1","head":42,"oldest":17,"receipts":7}',
    );
    expect(goneFrame(state)).to.equal('{"kind":"gone","epoch":"e1","oldest":17,"head":42}');
    expect(receiptFrame(receipt(7, 42))).to.equal(
      '{"kind":"receipt","n":7,"seq":42,"sid":"till-1","at":"2025-03-06T17:15:00.000Z"}',
    );
    expect(heartbeatFrame(42)).to.equal('{"kind":"heartbeat","head":42}');
    expect(errorFrame('bad-frame', 'm')).to.equal('{"kind":"error","code":"bad-frame","message":"m"}');
    expect(errorFrame('unknown-seq', 'm', 42)).to.equal(
      '{"kind":"error","code":"unknown-seq","message":"m","seq":42}',
    );
  });
});

describe('reading a frame of the client', () => {
  const read = (text: string | Uint8Array, isBinary = false) => {
    const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
    return readClientFrame(bytes.slice().buffer, isBinary);
  };
  const codeOf = (text: string | Uint8Array, isBinary = false) => {
    const frame = read(text, isBinary);
    return frame.kind === 'fault' ? frame.code : frame.kind;
  };

  it('takes an ack of one seq, whatever else stands in it', () => {
    expect(read('{"kind":"ack","seq":42}')).to.deep.equal({ kind: 'ack', seq: 42 });
    expect(read(' {"seq":9007199254740991,"kind":"ack","extra":[1]} ')).to.deep.equal({
      kind: 'ack',
      seq: Number.MAX_SAFE_INTEGER,
    });
  });

  it('calls a binary frame bad, also when it holds a good one', () => {
    expect(codeOf('{"kind":"ack","seq":42}', true)).to.equal('bad-frame');
  });

  for (const text of ['', 'ping', '{', '{"kind":"ack","seq":42}}', 'undefined']) {
    it(`calls what is no JSON bad: ${JSON.stringify(text)}`, () => {
      expect(codeOf(text)).to.equal('bad-frame');
    });
  }

  it('calls what is no UTF-8 bad', () => {
    expect(codeOf(Uint8Array.of(0x22, 0xff, 0x22))).to.equal('bad-frame');
  });

  for (const text of ['null', '7', '"ack"', '[]', '[{"kind":"ack"}]', '{}', '{"kind":1}', '{"kind":null}']) {
    it(`calls what is no object with a kind bad: ${text}`, () => {
      expect(codeOf(text)).to.equal('bad-frame');
    });
  }

  for (const seq of ['0', '-1', '1.5', '"1"', 'null', '9007199254740992', '1e300', '[1]', 'true']) {
    it(`calls an ack of seq ${seq} bad`, () => {
      expect(codeOf(`{"kind":"ack","seq":${seq}}`)).to.equal('bad-frame');
    });
  }

  it('calls an ack without a seq bad', () => {
    expect(codeOf('{"kind":"ack"}')).to.equal('bad-frame');
  });

  it('names a kind that it does not know, cut to a bearable length', () => {
    expect(read('{"kind":"nack","seq":1}')).to.deep.equal({
      kind: 'fault',
      code: 'unknown-kind',
      message: 'kind "nack"',
    });
    const frame = read(JSON.stringify({ kind: 'x'.repeat(3000) }));
    expect(frame).to.have.property('code', 'unknown-kind');
    expect(JSON.stringify(frame).length).to.be.below(150);
  });

  it('does not take a kind of the prototype for its own', () => {
    expect(codeOf('{"__proto__":{"kind":"ack","seq":1}}')).to.equal('bad-frame');
  });
});
