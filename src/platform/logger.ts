/** JSON log lines. The ids that let one event be followed are passed as fields: eventId, shopId, seq, sid. */

import { type Logger as PinoLogger, pino } from 'pino';

export type Logger = PinoLogger;

/** Writes one JSON object a line to standard output, from `level` up; `silent` writes nothing. */
export function createLogger(level: string): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime });
}
