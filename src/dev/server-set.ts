/** The servers of one directory: each is used as it runs if it answers, else ended and started anew, all at once. */

import { join } from 'node:path';
import type { Source } from './choice.ts';
import { type Images, killContainer, startContainer, stopContainer } from './docker.ts';
import { postgresHome } from './postgres-home.ts';
import { allAlive, killPrivate, startPrivate, stopPrivate } from './private-stack.ts';
import { askVersion, type ServerName, until } from './probes.ts';
import type { Programs } from './programs.ts';
import { type ServerRecord, type StackState, writeState } from './state.ts';

export interface Upbringing {
  source: 'given' | Source;
  servers: { [name in ServerName]?: { url: string; version: string } };
  data: string;
}

export interface ServerSetOptions {
  dir: string;
  state: StackState;
  images: Images;
  durable: boolean;
  signal?: AbortSignal | undefined;
  say: (line: string) => void;
}

/** Settles when every start has settled: after a rejection no start is still under way. */
export async function bringUp(
  source: Source,
  needed: readonly ServerName[],
  programs: Programs | undefined,
  options: ServerSetOptions,
): Promise<Upbringing> {
  const results = await Promise.allSettled(needed.map((name) => bringUpOne(source, name, programs, options)));
  const servers: Upbringing['servers'] = {};
  for (const [index, result] of results.entries()) {
    if (result.status === 'rejected') throw result.reason;
    const name = needed[index];
    if (name !== undefined) servers[name] = result.value;
  }
  return { source, servers, data: source === 'docker' ? 'the containers' : dataPlaces(needed, options.dir) };
}

/** Ends all of them, in the same way and order for every starter. */
export async function stopServers(servers: StackState['servers']): Promise<void> {
  const { postgres, rabbitmq } = servers;
  await Promise.all([
    postgres && stopServer('postgres', postgres),
    rabbitmq && stopServer('rabbitmq', rabbitmq),
  ]);
}

export function killServer(name: ServerName, server: ServerRecord): void {
  if (server.kind === 'docker') killContainer(server.container);
  else killPrivate(name, server.processes);
}

async function bringUpOne(
  source: Source,
  name: ServerName,
  programs: Programs | undefined,
  options: ServerSetOptions,
): Promise<{ url: string; version: string }> {
  const { dir, state, signal, say } = options;
  const record = (server: ServerRecord) => {
    state.servers[name] = server;
    writeState(dir, state);
  };
  const old = state.servers[name];
  if (source === 'docker') {
    if (old?.kind === 'private') await stopServer(name, old);
    const { server, version } = await startContainer(name, {
      dir,
      image: options.images[name],
      signal,
      record,
    });
    return { url: server.url, version };
  }
  if (old !== undefined) {
    const version = await versionIfUp(name, old, signal);
    if (version !== undefined) return { url: old.url, version };
    await stopServer(name, old);
  }
  const preferredPort = old?.kind === 'private' ? Number(new URL(old.url).port) : undefined;
  const starting = { dir, durable: options.durable, preferredPort, signal, say, record };
  const { server, version } = await startPrivate(
    name,
    programs ?? { postgres: [], rabbitmq: undefined },
    starting,
  );
  return { url: server.url, version };
}

/** A server that a killed run left may still be starting: it gets the time for that. */
async function versionIfUp(
  name: ServerName,
  server: ServerRecord,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  if (server.kind !== 'private' || !allAlive(server.processes)) return undefined;
  const stillPossible = () => {
    if (!allAlive(server.processes)) throw new Error('it ended');
  };
  try {
    return await until(() => askVersion(name, server.url), {
      seconds: 30,
      everyMs: 100,
      signal,
      stillPossible,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    return undefined;
  }
}

function stopServer(name: ServerName, server: ServerRecord): Promise<void> {
  return server.kind === 'docker' ? stopContainer(server.container) : stopPrivate(name, server.processes);
}

function dataPlaces(needed: readonly ServerName[], dir: string): string {
  const places = needed.map((name) => (name === 'postgres' ? postgresHome(dir, () => {}).dir : dir));
  return [...new Set(needed.map((name, index) => join(places[index] ?? dir, name)))].join(', ');
}
