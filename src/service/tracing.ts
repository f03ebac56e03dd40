/** The traces of this process, if it keeps any. */

import { openTracing } from '../tracing/open-tracing.ts';
import type { Tracing } from '../tracing/tracing.ts';
import type { ServiceContext } from './context.ts';

/** What a receiver that hangs may cost the stop. */
const FLUSH_MS = 5_000;

/** To be called before anything else is started: it is then stopped last, when every span has ended. */
export async function traceProcess({
  config,
  build,
  appId,
  names,
  logger,
  onStop,
  stepMs,
}: Pick<ServiceContext, 'config' | 'build' | 'appId' | 'names' | 'logger' | 'onStop' | 'stepMs'>): Promise<
  Tracing | undefined
> {
  const scheme = config.tls.key === '' ? 'http' : 'https';
  const traced = { version: build.version, roles: config.roles, instanceId: appId, scheme, names };
  const tracing = await openTracing(config.tracing, traced, logger);
  if (tracing !== undefined) {
    onStop('send the last spans', () => tracing.stop(Math.min(FLUSH_MS, stepMs / 2)), stepMs);
  }
  return tracing;
}
