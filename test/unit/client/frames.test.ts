import { expect } from 'chai';
import { readFrame } from '../../../src/client/frames.ts';
import { frames } from '../../support/bell.ts';

describe('reading a frame of the service', () => {
  const read = (frame: unknown) => readFrame(JSON.stringify(frame));

  for (const frame of [
    frames.alert(42),
    frames.alert(42, { ackedBy: 'till-2', ackedAt: '2025-03-06T17:15:00.000Z' }),
    frames.receipt(7, 42),
    frames.ready(42),
    frames.gone(17, 42),
    frames.heartbeat(0),
    { kind: 'expiring', inSeconds: 60 },
    { kind: 'error', code: 'unknown-seq', message: 'seq 42', seq: 42 },
  ]) {
    it(`understands ${JSON.stringify(frame)}`, () => {
      expect(read(frame)).to.deep.equal(frame);
    });
  }

  it('hands on what a later version adds, to a kind that it knows', () => {
    const frame = frames.alert(1, { type: 3, colour: 'red' });
    expect(read(frame)).to.deep.equal(frame);
  });

  for (const [what, text] of [
    ['a kind that a later version adds', '{"kind":"weather","seq":1}'],
    ["a name of JavaScript's own as its kind", '{"kind":"constructor"}'],
    ['no kind', '{"seq":1}'],
    ['a plain alert', '{"type":1,"orderId":1024,"content":"x"}'],
    ['no object', '[1]'],
    ['null', 'null'],
    ['no JSON', 'ping'],
    ['nothing', ''],
    ['bytes', new ArrayBuffer(8)],
    ['a seq that is a string', '{"kind":"notification","seq":"1"}'],
    ['a seq that has lost its last digits', '{"kind":"notification","seq":9007199254740993}'],
    ['a seq below nothing', '{"kind":"notification","seq":-1}'],
    ['no head', '{"kind":"heartbeat"}'],
    ['no epoch', '{"kind":"ready","head":1,"receipts":0}'],
    ['an epoch that the service would not take back', '{"kind":"gone","epoch":"a/b","oldest":1,"head":1}'],
  ] as const) {
    it(`leaves aside a frame with ${what}`, () => {
      expect(readFrame(text)).to.equal(undefined);
    });
  }
});
