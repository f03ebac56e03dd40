/** The sampler of a name that OpenTelemetry gives it. */

import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';
import type { TracingSettings } from './tracing.ts';

const PARENT_BASED = 'parentbased_';

/** `parentbased_…` decides only where the caller has not. */
export function samplerOf({
  sampler,
  samplerRatio,
}: Pick<TracingSettings, 'sampler' | 'samplerRatio'>): Sampler {
  const isParentBased = sampler.startsWith(PARENT_BASED);
  const root = rootSampler(sampler.replace(PARENT_BASED, ''), samplerRatio);
  return isParentBased ? new ParentBasedSampler({ root }) : root;
}

function rootSampler(name: string, ratio: number): Sampler {
  switch (name) {
    case 'always_off':
      return new AlwaysOffSampler();
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(ratio);
    default:
      return new AlwaysOnSampler();
  }
}
