/** JSON log lines. The ids that let one event be followed are passed as fields: eventId, shopId, seq, sid. */

import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino';
import { withoutSecrets } from './redact.ts';

export type Logger = PinoLogger;

/** Writes one JSON object a line, to standard output unless told otherwise, from `level` up; `silent` writes nothing. */
export function createLogger(level: string, to: DestinationStream = pino.destination(1)): Logger {
  const hooks = { streamWrite: withoutSecrets };
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, hooks }, to);
}
