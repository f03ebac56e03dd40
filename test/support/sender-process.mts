/** A sender in a process of its own, to be killed: `node --import tsx sender-process.mts <database URL> <target's URL>`. */

import pino from 'pino';
import { startDeliveries } from '../../src/escalation/deliveries/sender.ts';
import { createPool } from '../../src/platform/postgres.ts';

const [, , databaseUrl = '', url = ''] = process.argv;
const logger = pino({ level: 'silent' });
const pool = createPool({ url: databaseUrl, poolSize: 2, connectSeconds: 5, statementSeconds: 5 }, logger);
startDeliveries({
  pool,
  targets: new Map([['owner', { kind: 'webhook', url, secrets: [`whsec_${'A'.repeat(32)}`] }]]),
  allowsPrivate: true,
  vapid: undefined,
  userAgent: 'Orderbell/killed',
  observe: { delivered() {}, ended() {}, attempted() {} },
  logger,
  times: { poll: 50, attempt: 60_000, lease: 1_500 },
});
