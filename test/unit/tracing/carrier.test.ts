import { trace } from '@opentelemetry/api';
import { expect } from 'chai';
import { contextOf, contextOfHeaders, headersOf, textOf } from '../../../src/tracing/carrier.ts';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

const spanOf = (...headers: Parameters<typeof contextOfHeaders>) =>
  trace.getSpanContext(contextOfHeaders(...headers));

describe('a trace context on its way', () => {
  for (const text of [TRACEPARENT, TRACEPARENT.replace(/1$/, '0'), `${TRACEPARENT} vendor=1,other=a:b`]) {
    it(`comes out of the text as it went in: ${text.slice(50)}`, () => {
      const read = trace.getSpanContext(contextOf(text));
      expect(read && textOf(read)).to.equal(text);
      const { traceparent, tracestate } = headersOf(text);
      const again = spanOf(traceparent, tracestate);
      expect(again && textOf(again)).to.equal(text);
      expect(read?.isRemote).to.equal(true);
    });
  }

  it('is none where there is no header, or one that is not as the standard has it', () => {
    const wrong = [
      undefined,
      null,
      '',
      7,
      Buffer.from(TRACEPARENT),
      [TRACEPARENT],
      'x',
      TRACEPARENT.slice(0, -1),
      TRACEPARENT.toUpperCase(),
      TRACEPARENT.replace('00-', 'ff-'),
      TRACEPARENT.replace('0af7651916cd43dd8448eb211c80319c', '0'.repeat(32)),
      TRACEPARENT.replace('b7ad6b7169203331', '0'.repeat(16)),
      `${TRACEPARENT}-x`,
      `${TRACEPARENT}, ${TRACEPARENT}`,
    ];
    for (const value of wrong) expect(spanOf(value, ''), String(value)).to.equal(undefined);
    for (const text of [null, undefined, '', 'x y']) {
      expect(trace.getSpanContext(contextOf(text)), String(text)).to.equal(undefined);
    }
  });

  it('goes on without a tracestate that is too long or no text', () => {
    for (const state of [`a=${'x'.repeat(511)}`, 7, undefined, Buffer.from('a=1')]) {
      const read = spanOf(TRACEPARENT, state);
      expect(read && textOf(read)).to.equal(TRACEPARENT);
    }
  });
});
