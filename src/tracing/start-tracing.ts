/** The SDK of OpenTelemetry, set up by our settings, and the spans of each stage on it. Nothing of it is global but its log. */

import { DiagLogLevel, diag } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { withDeadline } from '../platform/deadline.ts';
import { messageOf } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { createThrottledLog } from '../platform/throttled-log.ts';
import { createGatewaySpans } from './gateway-spans.ts';
import { createHttpSpans } from './http-spans.ts';
import { samplerOf } from './sampler.ts';
import { createSendTraced } from './send-traced.ts';
import type { TracedProcess, Tracing, TracingSettings } from './tracing.ts';
import { createWorkerSpans } from './worker-spans.ts';

export function startTracing(
  settings: TracingSettings,
  { version, roles, instanceId, scheme, names }: TracedProcess,
  logger: Logger,
): Tracing {
  reportFaults(logger);
  const exporter = new OTLPTraceExporter({
    url: urlOf(settings),
    headers: Object.fromEntries(settings.headers.map(toPair)),
  });
  const provider = new BasicTracerProvider({
    sampler: samplerOf(settings),
    resource: resourceFromAttributes({
      ...Object.fromEntries(settings.resource.map(toPair)),
      'service.name': settings.serviceName,
      'service.version': version,
      'service.instance.id': instanceId,
      'orderbell.roles': [...roles],
    }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  const tracer = provider.getTracer('orderbell', version);
  return {
    http: createHttpSpans(tracer, scheme),
    send: createSendTraced(tracer),
    worker: createWorkerSpans(tracer, names.notifications),
    gateway: createGatewaySpans(tracer),
    async stop(withinMs) {
      try {
        await withDeadline(provider.shutdown(), withinMs, 'sending the last spans');
      } catch (error) {
        logger.warn({ error: messageOf(error) }, 'the last spans were not sent');
      }
    },
  };
}

/** A receiver that is down, or slower than we record: spans are lost, and nothing else. */
function reportFaults(logger: Logger): void {
  const warn = createThrottledLog(logger, () => performance.now());
  const report = (message: string) => warn({ error: message }, 'spans were lost');
  const silent = () => {};
  diag.setLogger(
    { error: report, warn: report, info: silent, debug: silent, verbose: silent },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
}

function urlOf({ endpoint, tracesEndpoint }: TracingSettings): string {
  return tracesEndpoint === '' ? `${endpoint.replace(/\/$/, '')}/v1/traces` : tracesEndpoint;
}

/** `name=value`, percent-encoded. */
function toPair(item: string): [name: string, value: string] {
  const at = item.indexOf('=');
  return [decoded(item.slice(0, at)), decoded(item.slice(at + 1))];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
