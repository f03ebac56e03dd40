/**
 * Ports on this machine. What is free here may be taken a moment later: the caller
 * must still handle that.
 */

import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { StackError } from './errors.ts';

/** Whether a server could listen on this port now, on `host` or, without one, on every address. */
export function isPortFree(port: number, host?: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, exclusive: true, ...(host === undefined ? {} : { host }) }, () =>
      server.close(() => resolve(true)),
    );
  });
}

/**
 * Distinct free loopback ports, `preferred` ones first where they are still free. Taken from 20000 to 32000, below
 * the ranges (32768 and 49152 up) from which Linux and macOS take the near end of outgoing connections.
 */
export async function freeLoopbackPorts(count: number, preferred: number[] = []): Promise<number[]> {
  const found: number[] = [];
  for (let attempt = 0; attempt < 200 && found.length < count; attempt++) {
    const port = preferred[attempt] ?? randomInt(20_000, 32_000);
    if (!found.includes(port) && (await isPortFree(port, '127.0.0.1'))) found.push(port);
  }
  if (found.length < count)
    throw new StackError('port-taken', 'no free loopback port between 20000 and 32000');
  return found;
}
