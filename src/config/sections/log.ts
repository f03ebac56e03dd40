/** How long notifications are kept, and how much is logged. */

import { between } from '../formats.ts';

export const logSection = {
  retentionDays: {
    doc: 'Older notifications are removed; 0 keeps all. Repeats are recognised as far back as this.',
    format: between(0, 36_500),
    default: 30,
    env: 'LOG_RETENTION_DAYS',
  },
  level: {
    doc: 'The least level that is logged.',
    format: ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'],
    default: 'info',
    env: 'LOG_LEVEL',
  },
};
