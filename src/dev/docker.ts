/**
 * Servers in containers, by the `docker` command. Guarantees that a project's containers are made once and then only
 * started and stopped, so that their data stays; other images get other containers. Ports are published on loopback.
 */

import { spawn } from 'node:child_process';
import { runCommand } from './command.ts';
import { StackError } from './errors.ts';
import { directoryKey } from './postgres-home.ts';
import { askVersion, type ServerName, until } from './probes.ts';
import type { ServerRecord } from './state.ts';

export interface Images {
  postgres: string;
  rabbitmq: string;
}

/** Those of compose.yaml. */
export const OFFICIAL_IMAGES: Images = { postgres: 'postgres:18', rabbitmq: 'rabbitmq:4.3' };

/** What the environment asks for, else the official images. */
export function imagesFrom(env: Record<string, string | undefined>): Images {
  return {
    postgres: env.TEST_POSTGRES_IMAGE || OFFICIAL_IMAGES.postgres,
    rabbitmq: env.TEST_RABBITMQ_IMAGE || OFFICIAL_IMAGES.rabbitmq,
  };
}

/** Published on loopback only, so these need not be secret. */
const USER = 'orderbell';
const PASSWORD = 'orderbell';

interface Container {
  port: number;
  create: string[];
  url: (port: number) => string;
}

const CONTAINERS: Record<ServerName, Container> = {
  postgres: {
    port: 5432,
    create: [
      '-e',
      `POSTGRES_USER=${USER}`,
      '-e',
      `POSTGRES_PASSWORD=${PASSWORD}`,
      '-e',
      `POSTGRES_DB=${USER}`,
    ],
    url: (port) => `postgres://${USER}:${PASSWORD}@127.0.0.1:${port}/${USER}`,
  },
  rabbitmq: {
    port: 5672,
    // RabbitMQ finds its data by its node's name, which is its host's.
    create: [
      '--hostname',
      'orderbell',
      '-e',
      `RABBITMQ_DEFAULT_USER=${USER}`,
      '-e',
      `RABBITMQ_DEFAULT_PASS=${PASSWORD}`,
    ],
    url: (port) => `amqp://${USER}:${PASSWORD}@127.0.0.1:${port}`,
  },
};

/** Whether a Docker engine answers within a few seconds. */
export async function engineAnswers(): Promise<boolean> {
  const { code } = await runCommand('docker', ['version', '--format', '{{.Server.Version}}'], {
    timeout: 8_000,
  });
  return code === 0;
}

/** Rejects with `image-missing` if the image is neither here nor to be had. */
export async function ensureImage(
  image: string,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  if ((await runCommand('docker', ['image', 'inspect', image])).code === 0) return;
  say(`pulling the image ${image}`);
  const { code, err } = await runCommand('docker', ['pull', '--quiet', image], signal ? { signal } : {});
  signal?.throwIfAborted();
  if (code === 0) return;
  const reason = err.trim().split('\n').at(-1) ?? '';
  throw new StackError('image-missing', `the image ${image} is neither here nor to be pulled (${reason})`);
}

export interface DockerOptions {
  dir: string;
  image: string;
  signal?: AbortSignal | undefined;
  record: (server: ServerRecord) => void;
}

/** Starts the project's container, made if it is missing; resolves once its server answers. */
export async function startContainer(
  name: ServerName,
  options: DockerOptions,
): Promise<{ server: ServerRecord; version: string }> {
  const { dir, image, signal, record } = options;
  const { port, create, url } = CONTAINERS[name];
  const container = `orderbell-${directoryKey(`${dir}#${image}`)}-${name}`;
  if ((await runCommand('docker', ['container', 'inspect', container])).code !== 0) {
    const publish = ['--publish', `127.0.0.1::${port}`];
    await docker(['create', '--name', container, '--init', ...publish, ...create, image]);
  }
  record({ kind: 'docker', container, url: '' });
  await docker(['start', container]);
  const published = await docker(['port', container, `${port}/tcp`]);
  const server: ServerRecord = {
    kind: 'docker',
    container,
    url: url(Number(/:(\d+)\s*$/m.exec(published)?.[1])),
  };
  record(server);
  const stillPossible = async () => {
    const state = await runCommand('docker', ['inspect', '--format', '{{.State.Running}}', container]);
    if (state.out.trim() !== 'true') throw await containerFailed(container, 'it ended');
  };
  try {
    const version = await until(() => askVersion(name, server.url), {
      seconds: 90,
      everyMs: 200,
      signal,
      stillPossible,
    });
    return { server, version };
  } catch (error) {
    if (signal?.aborted || error instanceof StackError) throw error;
    throw await containerFailed(container, error instanceof Error ? error.message : String(error));
  }
}

export async function stopContainer(container: string): Promise<void> {
  await runCommand('docker', ['stop', '--time', '20', container]);
}

/** Does not wait. */
export function killContainer(container: string): void {
  spawn('docker', ['kill', container], { detached: true, stdio: 'ignore' })
    .on('error', () => {})
    .unref();
}

async function containerFailed(container: string, reason: string): Promise<StackError> {
  const { out, err } = await runCommand('docker', ['logs', '--tail', '15', container]);
  return new StackError(
    'server-failed',
    `container ${container} did not come up: ${reason}\n${out}${err}`.trim(),
  );
}

async function docker(args: string[]): Promise<string> {
  const { code, out, err } = await runCommand('docker', args);
  if (code === 0) return out;
  throw new StackError('command-failed', `docker ${args[0]} failed (${code}): ${err.trim()}`);
}
