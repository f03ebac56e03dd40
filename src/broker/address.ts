/** Where RabbitMQ is. */

import type { ClientTlsFiles } from '../platform/tls-files.ts';

/** Where the broker is, or several separated by commas, and by which files it is trusted if the URL is `amqps:`. */
export interface BrokerAddress extends ClientTlsFiles {
  readonly url: string;
}

/** The URL, with that heartbeat unless it has its own. */
export function withHeartbeat(url: string, seconds: number): string {
  const parsed = new URL(url);
  if (!parsed.searchParams.has('heartbeat')) parsed.searchParams.set('heartbeat', String(seconds));
  return parsed.href;
}
