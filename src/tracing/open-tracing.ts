/**
 * Whether anything is traced. Guarantees that the SDK of OpenTelemetry is loaded only if it is: no file that runs otherwise
 * imports it.
 */

import type { Logger } from '../platform/logger.ts';
import type { TracedProcess, Tracing, TracingSettings } from './tracing.ts';

/** Undefined where no endpoint is set, or tracing is disabled. */
export async function openTracing(
  settings: TracingSettings,
  traced: TracedProcess,
  logger: Logger,
): Promise<Tracing | undefined> {
  const { endpoint, tracesEndpoint, disabled } = settings;
  if (disabled || (endpoint === '' && tracesEndpoint === '')) return undefined;
  const { startTracing } = await import('./start-tracing.ts');
  return startTracing(settings, traced, logger);
}
