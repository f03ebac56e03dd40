/** The test servers as Testcontainers. Containers left by a killed run are Testcontainers' own to remove. */

import { once } from 'node:events';
import { connect } from 'node:net';
import pg from 'pg';
import type { Images } from '../../src/dev/docker.ts';
import { askVersion, type ServerName, until } from '../../src/dev/probes.ts';

export interface StartedContainer {
  url: string;
  /** Image and version, for people. */
  title: string;
  stop(): Promise<void>;
}

const STARTUP_MS = 120_000;

/** Resolves with undefined if an engine answers, else with why none does. Imports Testcontainers only here, when asked. */
export async function engineMissing(): Promise<string | undefined> {
  const { getContainerRuntimeClient } = await import('testcontainers');
  try {
    await mustAnswer(process.env.DOCKER_HOST);
    await getContainerRuntimeClient();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Testcontainers passes over a DOCKER_HOST where nothing answers and takes the next engine that it knows of. */
async function mustAnswer(host: string | undefined): Promise<void> {
  const url = host ? new URL(host) : undefined;
  if (url === undefined || !['unix:', 'tcp:'].includes(url.protocol)) return;
  const target =
    url.protocol === 'unix:'
      ? { path: url.pathname }
      : { host: url.hostname, port: Number(url.port) || 2375 };
  const socket = connect(target);
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(5_000) });
  } catch (error) {
    throw new Error(`nothing answers at DOCKER_HOST, ${host}`, { cause: error });
  } finally {
    socket.destroy();
  }
}

/** Starts all that are needed at once; a rejection leaves none behind. */
export async function startContainers(
  needed: readonly ServerName[],
  images: Images,
): Promise<{ [name in ServerName]?: StartedContainer }> {
  const start = { postgres: startPostgres, rabbitmq: startRabbitmq };
  const results = await Promise.allSettled(needed.map((name) => start[name](images[name])));
  const started: { [name in ServerName]?: StartedContainer } = {};
  for (const [index, name] of needed.entries()) {
    const result = results[index];
    if (result?.status === 'fulfilled') started[name] = result.value;
  }
  const failed = results.find((result) => result.status === 'rejected');
  if (failed === undefined) return started;
  await Promise.all(Object.values(started).map((container) => container.stop()));
  throw failed.reason;
}

async function startRabbitmq(image: string): Promise<StartedContainer> {
  const { RabbitMQContainer } = await import('@testcontainers/rabbitmq');
  const container = await new RabbitMQContainer(image).withStartupTimeout(STARTUP_MS).start();
  const url = container.getAmqpUrl().replace('//', '//guest:guest@');
  const version = await until(() => askVersion('rabbitmq', url), { seconds: 60, everyMs: 100 });
  return { url, title: `rabbitmq ${version} (${image})`, stop: async () => void (await container.stop()) };
}

async function startPostgres(image: string): Promise<StartedContainer> {
  const { PostgreSqlContainer } = await import('@testcontainers/postgresql');
  const container = await new PostgreSqlContainer(image).withStartupTimeout(STARTUP_MS).start();
  await configure(container.getConnectionUri());
  await container.restart(); // max_connections counts from the next start; the port is another one then
  const url = container.getConnectionUri();
  const version = await until(() => askVersion('postgres', url), { seconds: 60, everyMs: 100 });
  return { url, title: `postgres ${version} (${image})`, stop: async () => void (await container.stop()) };
}

/** By SQL and not by the container's command, which another image may understand differently. */
async function configure(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await until(() => askVersion('postgres', url), { seconds: 60, everyMs: 100 });
  await client.connect();
  try {
    await client.query('ALTER SYSTEM SET max_connections = 300');
    await client.query('ALTER SYSTEM SET fsync = off');
  } finally {
    await client.end();
  }
}
