/**
 * Where spans go, and which. The variables are OpenTelemetry's. Once there is an endpoint, the SDK itself reads those that
 * only say how it collects and sends.
 */

import { between, FLAG, listOf, matching } from '../formats.ts';
import { httpUrl, orNone } from '../urls.ts';

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;
export type ConfiguredSampler = (typeof SAMPLERS)[number];

const isPair = (item: string) => /^[^=\s]+=\S*$/.test(item);

export const tracingSection = {
  endpoint: {
    doc: 'The base URL of an OTLP/HTTP receiver, such as `http://collector:4318`: spans go to `/v1/traces` there. Empty: nothing is traced.',
    format: orNone(httpUrl),
    default: '',
    env: 'OTEL_EXPORTER_OTLP_ENDPOINT',
  },
  tracesEndpoint: {
    doc: 'The whole URL for spans, instead of `tracing.endpoint`.',
    format: orNone(httpUrl),
    default: '',
    env: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  },
  disabled: {
    doc: '`true` traces nothing although there is an endpoint.',
    format: FLAG,
    default: false,
    env: 'OTEL_SDK_DISABLED',
  },
  headers: {
    doc: 'Headers for the receiver, as `name=value`, separated by commas, with what is special in a value percent-encoded.',
    format: listOf('otlp-headers', 'a list of name=value', isPair),
    default: [] as string[],
    env: 'OTEL_EXPORTER_OTLP_HEADERS',
    sensitive: true,
  },
  serviceName: {
    doc: 'What the processes are called in traces.',
    format: matching(/^\S[^\n]{0,254}$/, 'a name of 1 to 255 characters'),
    default: 'orderbell',
    env: 'OTEL_SERVICE_NAME',
  },
  resource: {
    doc: 'More that is to stand in every trace, as `deployment.environment.name=staging`, separated by commas.',
    format: listOf('resource-attributes', 'a list of name=value', isPair),
    default: [] as string[],
    env: 'OTEL_RESOURCE_ATTRIBUTES',
  },
  sampler: {
    doc: 'Which traces are recorded: all, none, or a ratio; `parentbased_…` does so only where the caller has not decided.',
    format: [...SAMPLERS],
    default: 'parentbased_always_on' as ConfiguredSampler,
    env: 'OTEL_TRACES_SAMPLER',
  },
  samplerRatio: {
    doc: 'The part of the traces that `traceidratio` and `parentbased_traceidratio` record.',
    format: between(0, 1, false),
    default: 1,
    env: 'OTEL_TRACES_SAMPLER_ARG',
  },
};
