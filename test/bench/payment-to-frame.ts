/**
 * From the request that pays an order to the frame at every socket of its shop: the whole service as a process of its
 * own, on servers of its own with durable writes, the load from this process. Prints a table with machine and commit;
 * asserts no time. `SOCKETS`, `RATE` (payments a second), `SECONDS` and `REPETITIONS` change the load.
 */

import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { migrateUp } from '../../db/migrate.ts';
import { imagesFrom } from '../../src/dev/docker.ts';
import { startStack } from '../../src/dev/stack.ts';
import { connectSocket, type SocketClient } from '../support/socket-client.ts';

const setting = (name: string, otherwise: number) => Number(process.env[name] ?? otherwise);
const sockets = setting('SOCKETS', 100);
const rate = setting('RATE', 100);
const seconds = setting('SECONDS', 10);
const repetitions = setting('REPETITIONS', 3);
const WARM_UP_SECONDS = 2;

/** All the load comes from one address, for one shop. */
const UNLIMITED = {
  LIMITS_REQUESTS_PER_SECOND: '0',
  LIMITS_CONNECTS_PER_SECOND: '0',
  LIMITS_CONNECTIONS_PER_ADDRESS: '0',
  LIMITS_CONNECTIONS_PER_SHOP: '0',
  LIMITS_CONNECTIONS: '0',
};

interface Served {
  url: string;
  stop(): Promise<void>;
}

async function serve(env: Record<string, string>): Promise<Served> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts', 'serve'], {
    env: { ...process.env, ...env, NODE_ENV: 'test', LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  for await (const line of createInterface({ input: child.stdout })) {
    const { port } = JSON.parse(line);
    if (port !== undefined) {
      const stop = () => {
        child.kill('SIGTERM');
        return exited;
      };
      return { url: `http://127.0.0.1:${port}`, stop };
    }
  }
  throw new Error('the service ended before it was ready');
}

async function post(url: string, body: unknown): Promise<{ data: { id: number } }> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.json() as Promise<{ data: { id: number } }>;
}

/** Milliseconds from each payment's request to its frame, at each socket. */
async function measure(url: string, clients: SocketClient[], run: number): Promise<number[]> {
  const count = rate * (seconds + WARM_UP_SECONDS);
  const paidAt = new Map<number, number>();
  const samples: number[] = [];
  let received = 0;
  const listeners = clients.map(({ socket }) => {
    const onMessage = (data: Buffer) => {
      const now = performance.now();
      const sent = paidAt.get(JSON.parse(data.toString()).orderId);
      if (sent === undefined) return;
      received++;
      if (sent > measuredFrom) samples.push(now - sent);
    };
    socket.on('message', onMessage);
    return () => socket.off('message', onMessage);
  });
  const orders: { id: number; number: string }[] = [];
  for (let i = 0; i < count; i++) {
    const number = `bench-${run}-${i}`;
    orders.push({ number, id: (await post(`${url}/orders`, { number, amount: 100 })).data.id });
  }
  const started = performance.now();
  const measuredFrom = started + WARM_UP_SECONDS * 1000;
  const payments: Promise<unknown>[] = [];
  for (const [index, { id, number }] of orders.entries()) {
    const due = started + (index * 1000) / rate;
    if (due > performance.now()) await pause(due - performance.now());
    paidAt.set(id, performance.now());
    payments.push(post(`${url}/payments/notify`, { outTradeNo: number }));
  }
  await Promise.all(payments);
  while (received < count * clients.length) await pause(10);
  for (const stop of listeners) stop();
  return samples.sort((a, b) => a - b);
}

const quantile = (sorted: number[], q: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
const median = (values: number[]) =>
  quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );

const dir = mkdtempSync(join(tmpdir(), 'orderbell-bench-'));
execFileSync('chmod', ['711', dir]);
const stack = await startStack({
  dir,
  amqpUrl: process.env.AMQP_URL,
  databaseUrl: process.env.DATABASE_URL,
  forced: 'private',
  images: imagesFrom({}),
  durable: true,
  say: (line) => console.error(line),
});
try {
  await migrateUp(stack.databaseUrl);
  const served = await serve({
    AMQP_URL: stack.amqpUrl,
    DATABASE_URL: stack.databaseUrl,
    AMQP_PREFIX: 'bench.',
    ...UNLIMITED,
  });
  const clients = await Promise.all(
    Array.from({ length: sockets }, (_, index) => connectSocket(served.url, `till-${index}`)),
  );
  const rows: { p50: number; p99: number; max: number }[] = [];
  for (let run = 0; run < repetitions; run++) {
    const samples = await measure(served.url, clients, Date.now() + run);
    rows.push({ p50: quantile(samples, 0.5), p99: quantile(samples, 0.99), max: samples.at(-1) ?? 0 });
  }
  await Promise.all(clients.map((client) => client.close()));
  await served.stop();

  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD']).toString().trim();
  console.log(
    `\npayment request to frame: ${rate} a second, ${sockets} plain sockets, ${seconds} s, ${repetitions} runs`,
  );
  console.log(
    `${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}, ${stack.description}, commit ${commit}\n`,
  );
  console.log('| run | p50 ms | p99 ms | max ms |\n| --- | --- | --- | --- |');
  const line = (name: string, row: { p50: number; p99: number; max: number }) =>
    console.log(`| ${name} | ${row.p50.toFixed(1)} | ${row.p99.toFixed(1)} | ${row.max.toFixed(1)} |`);
  for (const [index, row] of rows.entries()) line(String(index + 1), row);
  line('median', {
    p50: median(rows.map((row) => row.p50)),
    p99: median(rows.map((row) => row.p99)),
    max: median(rows.map((row) => row.max)),
  });
} finally {
  await stack.stop();
  rmSync(dir, { recursive: true, force: true });
}
