import { SpanStatusCode } from '@opentelemetry/api';
import {
  AlwaysOnSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  ParentBasedSampler,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import type { QueueDelivery } from '../../../src/broker/queue-delivery.ts';
import { AppError } from '../../../src/platform/errors.ts';
import { createHttpSpans } from '../../../src/tracing/http-spans.ts';
import { samplerOf } from '../../../src/tracing/sampler.ts';
import { createSendTraced } from '../../../src/tracing/send-traced.ts';
import { createWorkerSpans } from '../../../src/tracing/worker-spans.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const parentOf = (flags: '00' | '01') => `00-${TRACE_ID}-b7ad6b7169203331-${flags}`;

describe('spans', () => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({
    sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  });
  const tracer = provider.getTracer('test');
  const ended = () => exporter.getFinishedSpans();
  const only = () => {
    expect(ended()).to.have.length(1);
    return ended()[0];
  };

  afterEach(() => exporter.reset());

  describe('of requests', () => {
    const http = createHttpSpans(tracer, 'https');
    const requestOf = (headers: Record<string, string> = {}) => ({
      getHeader: (name: string) => headers[name] ?? '',
      getUrl: () => '/orders/7',
    });

    it('are named by method and route, and say what was answered', () => {
      http.begin('GET', '/orders/:id', requestOf())?.end(404);
      expect(only()?.name).to.equal('GET /orders/:id');
      expect(only()?.attributes).to.include({ 'http.response.status_code': 404, 'url.scheme': 'https' });
      expect(only()?.status.code).to.equal(SpanStatusCode.UNSET);
    });

    it('are in error from 500 up, and say where the client was gone', () => {
      http.begin('GET', '/orders/:id', requestOf())?.end(503);
      http.begin('GET', '/orders/:id', requestOf())?.end(undefined);
      expect(ended().map(({ attributes }) => attributes['error.type'])).to.deep.equal(['503', 'client_gone']);
      expect(ended()[0]?.status.code).to.equal(SpanStatusCode.ERROR);
    });

    it('take no name from what a caller chose', () => {
      http.begin('BREW', '', requestOf())?.end(404);
      expect(only()?.name).to.equal('HTTP');
      expect(only()?.attributes['http.request.method']).to.equal('_OTHER');
    });

    it('are none of what watches the process', () => {
      for (const route of ['/healthz', '/readyz', '/metrics']) {
        expect(http.begin('GET', route, requestOf())).to.equal(undefined);
      }
    });

    it('pass on that a caller does not want to be recorded', () => {
      const span = http.begin('GET', '/', requestOf({ traceparent: parentOf('00') }));
      span?.end(200);
      expect(ended()).to.deep.equal([]);
      expect(span?.context).to.match(new RegExp(`^00-${TRACE_ID}-[0-9a-f]{16}-00$`));
    });
  });

  describe('of the relay', () => {
    const sendTraced = createSendTraced(tracer);
    const message = { routingKey: 'order.paid', eventId: 'e-1', body: '{"a":"ü"}', trace: parentOf('01') };

    it('give the message their own context', async () => {
      let sent: Readonly<Record<string, string>> = {};
      await sendTraced('orders', message, async (headers) => {
        sent = headers;
      });
      const { traceId, spanId } = only()?.spanContext() ?? {};
      expect(sent).to.deep.equal({ traceparent: `00-${TRACE_ID}-${spanId}-01` });
      expect(traceId).to.equal(TRACE_ID);
      expect(only()?.attributes['messaging.message.body.size']).to.equal(10);
    });

    it('begin a trace where the event was recorded without one', async () => {
      await sendTraced('orders', { ...message, trace: null }, async () => {});
      expect(only()?.parentSpanContext).to.equal(undefined);
    });

    it('say why a publish failed, which rejects all the same', async () => {
      const failure = new AppError('publish-nacked', 'no');
      const outcome = await sendTraced('orders', message, () => Promise.reject(failure)).catch(
        (error) => error,
      );
      expect(outcome).to.equal(failure);
      expect(only()?.attributes['error.type']).to.equal('publish-nacked');
      expect(only()?.status.code).to.equal(SpanStatusCode.ERROR);
    });
  });

  describe('of the worker', () => {
    const worker = createWorkerSpans(tracer, 'notifications');
    const deliveryWith = (headers: Record<string, unknown>): QueueDelivery => ({
      raw: { routingKey: 'order.paid', body: Buffer.from('{}') },
      headers,
      sentAt: undefined,
      receivedAt: 0,
      isLive: () => true,
    });
    const begin = (flags: '00' | '01') => worker.begin(deliveryWith({ traceparent: parentOf(flags) }));

    it('are none where the trace is not recorded', () => {
      const span = begin('00');
      expect(span).to.equal(undefined);
      expect(worker.beginAppend([{ span }, { span: undefined }])).to.equal(undefined);
    });

    it('have an append for their child, or are its links', () => {
      const spans = [undefined, begin('01'), begin('01'), begin('01')];
      worker.beginAppend(spans.map((span) => ({ span })))?.end();
      const [first, ...others] = spans.flatMap((span) => (span ? [span.context.split('-')[2]] : []));
      expect(only()?.parentSpanContext?.spanId).to.equal(first);
      expect(only()?.links.map(({ context }) => context.spanId)).to.deep.equal(others);
      expect(only()?.attributes['db.operation.batch.size']).to.equal(4);
    });

    it('say what an append failed of', () => {
      worker.beginAppend([{ span: begin('01') }])?.end('retry');
      expect(only()?.attributes).to.include({ 'error.type': 'retry' });
    });
  });

  it('are sampled as the settings say', () => {
    const nameOf = (sampler: string, samplerRatio = 1) => samplerOf({ sampler, samplerRatio }).toString();
    expect(nameOf('always_on')).to.equal('AlwaysOnSampler');
    expect(nameOf('always_off')).to.equal('AlwaysOffSampler');
    expect(nameOf('traceidratio', 0.25)).to.equal('TraceIdRatioBased{0.25}');
    expect(nameOf('parentbased_always_on')).to.contain('root=AlwaysOnSampler');
    expect(nameOf('parentbased_always_off')).to.contain('root=AlwaysOffSampler');
    expect(nameOf('parentbased_traceidratio', 0.1)).to.contain('root=TraceIdRatioBased{0.1}');
  });
});
