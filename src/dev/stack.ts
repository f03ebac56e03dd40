/**
 * The servers that a run needs: given ones, containers, or private instances with their data below `dir`.
 * Guarantees that runs of one directory share its servers and that the last run to end stops them; that what a
 * killed run left is taken over, or ended; and that a start that fails or is aborted leaves nothing running.
 */

import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Choice, chooseForRun, type Source } from './choice.ts';
import { engineAnswers, ensureImage, type Images } from './docker.ts';
import { StackError } from './errors.ts';
import { installPrograms } from './install.ts';
import { withLock } from './lock.ts';
import { self } from './process-identity.ts';
import { findPrograms, missingPrograms, type Programs } from './programs.ts';
import { bringUp, killServer, stopServers, type Upbringing } from './server-set.ts';
import { lockPath, readState, type StackState, writeState } from './state.ts';

export interface Stack {
  amqpUrl: string;
  databaseUrl: string;
  kind: 'given' | Source;
  /** For people: which servers, where. */
  description: string;
  /** Where the data is, for people. */
  data: string;
  /** Leaves the servers; stops them if no other run uses them. Safe to call twice. */
  stop(): Promise<void>;
}

export interface StackOptions {
  /** State, locks, and the private instances' data. */
  dir: string;
  amqpUrl?: string | undefined;
  databaseUrl?: string | undefined;
  /** `docker` or `private`, to have no other. */
  forced?: string | undefined;
  images: Images;
  /** With false, the private instances are fast and forgetful. */
  durable: boolean;
  /** Gives up and cleans up. */
  signal?: AbortSignal | undefined;
  say: (line: string) => void;
}

export async function startStack(options: StackOptions): Promise<Stack> {
  const dir = resolve(options.dir);
  mkdirSync(dir, { recursive: true });
  const user = { id: randomUUID(), ...self() };
  const locked = <T>(work: () => Promise<T>, signal?: AbortSignal) =>
    withLock(lockPath(dir), { waitSeconds: 180, onWait, ...(signal ? { signal } : {}) }, work);
  const onWait = (pid: number) =>
    options.say(`waiting for process ${pid}, which starts or stops the same servers`);

  let left = false;
  const release = async () => {
    if (left) return;
    left = true;
    const state = readState(dir);
    state.users = state.users.filter(({ id }) => id !== user.id);
    writeState(dir, state);
    if (state.users.length > 0) return;
    // What is written down stays: the next run tries the same ports first.
    await stopServers(state.servers);
  };

  return locked(async () => {
    const state = readState(dir);
    const choice = await choose(options, state);
    state.users.push(user);
    writeState(dir, state);
    try {
      const up = await bringUpAny(choice, { ...options, dir, state });
      const postgres = up.servers.postgres;
      const rabbitmq = up.servers.rabbitmq;
      return {
        amqpUrl: rabbitmq?.url ?? given(options.amqpUrl),
        databaseUrl: postgres?.url ?? given(options.databaseUrl),
        kind: up.source,
        description: [
          postgres ? `Postgres ${postgres.version} at ${place(postgres.url)}` : 'Postgres from DATABASE_URL',
          rabbitmq ? `RabbitMQ ${rabbitmq.version} at ${place(rabbitmq.url)}` : 'RabbitMQ from AMQP_URL',
        ].join(', '),
        data: up.data,
        stop: () => locked(release),
      };
    } catch (error) {
      await release();
      throw error;
    }
  }, options.signal);
}

/**
 * For an exit that waits for nothing: ends the servers of `dir` as hard as it can, unless another process uses them.
 * Synchronous, takes no lock, works at any moment of a start.
 */
export function killStack(dir: string): void {
  const state = readState(resolve(dir));
  if (state.users.some(({ pid }) => pid !== process.pid)) return;
  for (const name of ['postgres', 'rabbitmq'] as const) {
    const server = state.servers[name];
    if (server !== undefined) killServer(name, server);
  }
}

async function choose(options: StackOptions, state: StackState): Promise<Choice> {
  const servers = [state.servers.postgres, state.servers.rabbitmq];
  const shared = state.users.length === 0 ? undefined : servers.find((server) => server !== undefined)?.kind;
  const facts = {
    amqpUrl: options.amqpUrl,
    databaseUrl: options.databaseUrl,
    forced: options.forced,
    shared,
    engineAnswers: false,
  };
  const choice = chooseForRun(facts);
  const asks = choice.needed.length > 0 && shared === undefined && options.forced !== 'private';
  return asks ? chooseForRun({ ...facts, engineAnswers: await engineAnswers() }) : choice;
}

/** The first source that has what it needs. Only missing images make it go on to the next. */
async function bringUpAny(
  { needed, sources }: Choice,
  options: StackOptions & { state: StackState },
): Promise<Upbringing> {
  if (needed.length === 0) return { source: 'given', servers: {}, data: 'the given servers' };
  const { say, signal, images } = options;
  for (const source of sources) {
    try {
      let programs: Programs | undefined;
      if (source === 'docker') for (const name of needed) await ensureImage(images[name], say, signal);
      else programs = await havePrograms(needed, say, signal);
      return await bringUp(source, needed, programs, options);
    } catch (error) {
      const next = sources[sources.indexOf(source) + 1];
      const images = error instanceof StackError && error.code === 'image-missing';
      if (!images || next === undefined) throw error;
      say(`${error.message}: going on without Docker`);
    }
  }
  throw new StackError('engine-missing', 'no servers to be had');
}

export async function havePrograms(
  needed: Choice['needed'],
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<Programs> {
  const missing = missingPrograms(findPrograms(), needed);
  if (missing.length > 0) await installPrograms(missing, say, signal);
  return findPrograms();
}

function given(url: string | undefined): string {
  if (url === undefined) throw new StackError('state-unusable', 'neither given nor started');
  return url;
}

function place(url: string): string {
  return new URL(url).host;
}
