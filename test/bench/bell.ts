/** Orderbell itself under measurement: the built service, in production mode, as one process or several. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { pin } from './commands.ts';

export interface Bell {
  pid: number;
  /** `http://host:port` */
  url: string;
  /** SIGSTOP and SIGCONT: what is published meanwhile waits in the queue. */
  hold(): void;
  release(): void;
  /** Ends it by force after so long, 10 s unless given. */
  stop(graceMs?: number): Promise<void>;
}

export interface BellOptions {
  roles?: string;
  /** Variables besides those of the servers. */
  env: Record<string, string>;
  cpu?: number;
  /** For a profile: options of Node itself. */
  nodeOptions?: readonly string[];
}

/** All the load comes from few addresses, for few shops. */
const UNLIMITED = {
  LIMITS_REQUESTS_PER_SECOND: '0',
  LIMITS_CONNECTS_PER_SECOND: '0',
  LIMITS_CONNECTIONS_PER_ADDRESS: '0',
  LIMITS_CONNECTIONS_PER_SHOP: '0',
  LIMITS_CONNECTIONS_PER_SUBJECT: '0',
  LIMITS_CONNECTIONS: '0',
  LIMITS_NEW_SHOPS_PER_MINUTE: '0',
};

const ENTRY = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));

/** Resolves when it is ready. */
export async function startBell({ roles, env, cpu, nodeOptions = [] }: BellOptions): Promise<Bell> {
  const args = [...nodeOptions, ENTRY, 'serve', ...(roles === undefined ? [] : ['--roles', roles])];
  const child = spawn(process.execPath, args, {
    env: {
      ...process.env,
      NODE_ENV: 'production',
      ALLOW_ANONYMOUS: 'true',
      ALLOW_UNSIGNED_PAYMENTS: 'true',
      HTTP_HOST: '127.0.0.1',
      PORT: '0',
      DRAIN_READY_SECONDS: '0',
      DRAIN_SOCKET_SECONDS: '0',
      ...UNLIMITED,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const pid = child.pid ?? 0;
  if (cpu !== undefined) pin(pid, cpu);
  const port = await readyPort(child);
  if (cpu !== undefined) pin(pid, cpu); // threads that came since
  return {
    pid,
    url: `http://127.0.0.1:${port}`,
    hold: () => void child.kill('SIGSTOP'),
    release: () => void child.kill('SIGCONT'),
    async stop(graceMs = 10_000) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await exited;
      clearTimeout(timer);
    },
  };
}

function readyPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    if (child.stdout === null) return reject(new Error('no output to read'));
    const tail: string[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => {
      tail.push(line);
      if (tail.length > 20) tail.shift();
      const port = /"port":(\d+)/.exec(line)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
    child.once('exit', () => reject(new Error(`the service ended: ${tail.join('\n')}`)));
  });
}
