/**
 * Centrifugo as its own program, where `CENTRIFUGO` names it: one node with history and recovery, in memory, or on Postgres, where
 * a publish is part of a transaction. Set up so that no limit of its own is in the way.
 */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { canPin, pin } from '../commands.ts';

export interface Centrifugo {
  pid: number;
  /** The address of its sockets. */
  url: string;
  /** Of its HTTP API. */
  apiUrl: string;
  apiKey: string;
  stop(): Promise<void>;
}

export interface CentrifugoOptions {
  program: string;
  /** Keeps and publishes there; in memory without it. */
  databaseUrl?: string;
  cpu: number;
}

const API_KEY = 'bench';
const START_MS = 20_000;

const SETTINGS = {
  client: {
    allow_anonymous_connect_without_token: true,
    allowed_origins: ['*'],
    ping_interval: '600s',
    pong_timeout: '300s',
    queue_max_size: 100 * 1024 * 1024,
  },
  channel: {
    without_namespace: {
      allow_subscribe_for_client: true,
      allow_subscribe_for_anonymous: true,
      history_size: 10_000,
      history_ttl: '1h',
      force_recovery: true,
    },
  },
  http_api: { key: API_KEY },
  log: { level: 'error' },
};

function brokerOf(databaseUrl: string | undefined): Record<string, string> {
  if (databaseUrl === undefined) return {};
  const dsn = new URL(databaseUrl);
  dsn.searchParams.set('sslmode', 'disable');
  return {
    CENTRIFUGO_BROKER_ENABLED: 'true',
    CENTRIFUGO_BROKER_TYPE: 'postgres',
    CENTRIFUGO_BROKER_POSTGRES_DSN: dsn.href,
    CENTRIFUGO_BROKER_POSTGRES_USE_NOTIFY: 'true',
  };
}

/** Such as `Centrifugo v6.9.1`. */
export function centrifugoVersion(program: string): string {
  return execFileSync(program, ['version']).toString().split('(')[0]?.trim() ?? '';
}

/** Resolves when it answers. */
export async function startCentrifugo({ program, databaseUrl, cpu }: CentrifugoOptions): Promise<Centrifugo> {
  const dir = mkdtempSync(join(tmpdir(), 'orderbell-bench-centrifugo-'));
  const config = join(dir, 'config.json');
  writeFileSync(config, JSON.stringify(SETTINGS));
  const port = await freePort();
  const child = spawn(program, ['--config', config], {
    env: {
      ...process.env,
      ...(canPin() ? { GOMAXPROCS: '1' } : {}),
      CENTRIFUGO_HTTP_SERVER_ADDRESS: '127.0.0.1',
      CENTRIFUGO_HTTP_SERVER_PORT: String(port),
      ...brokerOf(databaseUrl),
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const stop = () => end(child, dir);
  const apiUrl = `http://127.0.0.1:${port}`;
  try {
    await untilItAnswers(child, apiUrl);
  } catch (error) {
    await stop();
    throw error;
  }
  const pid = child.pid ?? 0;
  pin(pid, cpu);
  return {
    pid,
    url: `ws://127.0.0.1:${port}/connection/websocket?shop={shop}`,
    apiUrl,
    apiKey: API_KEY,
    stop,
  };
}

async function untilItAnswers(child: ChildProcess, apiUrl: string): Promise<void> {
  let failure: Error | undefined;
  child.once('error', (error) => {
    failure = error;
  });
  const deadline = performance.now() + START_MS;
  const headers = { 'X-API-Key': API_KEY };
  while (performance.now() < deadline) {
    if (failure !== undefined) throw failure;
    if (child.exitCode !== null) throw new Error(`Centrifugo ended with ${child.exitCode}`);
    const answer = await fetch(`${apiUrl}/api/info`, { method: 'POST', headers, body: '{}' }).catch(() => {});
    if (answer?.ok) return;
    await pause(50);
  }
  throw new Error('Centrifugo does not answer');
}

async function end(child: ChildProcess, dir: string): Promise<void> {
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }
  rmSync(dir, { recursive: true, force: true });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('has no port');
  return address.port;
}
