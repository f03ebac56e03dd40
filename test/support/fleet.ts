/**
 * The service as a fleet of real processes, each with its own roles and its own two links, which can be cut, slowed and
 * held. A process that ends without having been told to is a crash, and is remembered.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

export interface Member {
  name: string;
  roles: string;
  /** Between the process and each server. */
  links: { postgres: TcpProxy; rabbitmq: TcpProxy };
  /** Where it listens, while it does. */
  url: string | undefined;
  /** Resolves once it is ready. */
  start(): Promise<void>;
  /** SIGKILL, or SIGTERM and waiting; resolves when the process is gone, with its exit code. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>;
  /** SIGSTOP and SIGCONT. */
  hold(): void;
  release(): void;
}

export interface FleetOptions {
  entry: readonly string[];
  urls: { postgres: string; rabbitmq: string };
  env: Record<string, string>;
  /** Each process writes its log here. */
  logDir: string;
  onCrash(name: string, detail: string): void;
}

export async function createMember(name: string, roles: string, options: FleetOptions): Promise<Member> {
  const links = {
    postgres: await startTcpProxy(options.urls.postgres),
    rabbitmq: await startTcpProxy(options.urls.rabbitmq),
  };
  const log = createWriteStream(join(options.logDir, `${name}.log`), { flags: 'a' });
  let child: ChildProcess | undefined;
  let expected = false;

  const member: Member = {
    name,
    roles,
    links,
    url: undefined,
    async start() {
      expected = false;
      const started = spawn(process.execPath, [...options.entry, 'serve', '--roles', roles], {
        env: {
          ...process.env,
          ...options.env,
          DATABASE_URL: links.postgres.url,
          AMQP_URL: links.rabbitmq.url,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      child = started;
      started.stderr.pipe(log, { end: false });
      started.once('exit', (code, signal) => {
        if (child === started) member.url = undefined;
        if (!expected) options.onCrash(name, `ended with ${signal ?? code}`);
      });
      member.url = await readyUrl(started, log);
    },
    async end(signal) {
      expected = true;
      const ending = child;
      if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return null;
      const exited = once(ending, 'exit');
      ending.kill(signal);
      if (signal === 'SIGKILL') member.url = undefined;
      const [code] = await exited;
      return code;
    },
    hold: () => void child?.kill('SIGSTOP'),
    release: () => void child?.kill('SIGCONT'),
  };
  return member;
}

/** Keeps the log, and resolves with the address once a line names the port. Rejects if the process ends before. */
function readyUrl(child: ChildProcess, log: WriteStream): Promise<string> {
  return new Promise((resolve, reject) => {
    if (child.stdout === null) return reject(new Error('no output to read'));
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => {
      log.write(`${line}\n`);
      const port = /"port":(\d+)/.exec(line)?.[1];
      if (port !== undefined) resolve(`http://127.0.0.1:${port}`);
    });
    child.once('exit', (code, signal) =>
      reject(new Error(`ended with ${signal ?? code} before it was ready`)),
    );
  });
}
