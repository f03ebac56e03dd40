/** A process that takes the lock in its first argument and writes to its second when it goes in and out. */

import { appendFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { withLock } from '../../src/dev/lock.ts';

const [, , lock = '', log = ''] = process.argv;

await withLock(lock, { waitSeconds: 30 }, async () => {
  appendFileSync(log, `in ${process.pid}\n`);
  await delay(20);
  appendFileSync(log, `out ${process.pid}\n`);
});
