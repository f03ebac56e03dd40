/**
 * A private Postgres: own data directory, own password, loopback only, no unix socket (its path may be at most 107
 * bytes). Guarantees that a data directory is complete or absent, and that it is never run by another major version
 * than the one that made it. Holds what is in it for as long as the directory is kept.
 */

import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { mustRun } from './command.ts';
import { StackError } from './errors.ts';
import { freeLoopbackPorts } from './ports.ts';
import { type PostgresHome, postgresHome } from './postgres-home.ts';
import { awaitAnswer, spawnServer } from './private-server.ts';
import { commandLine, endProcess, identify, type ProcessId } from './process-identity.ts';
import type { PostgresPrograms } from './programs.ts';
import { cleanEnv, keptPassword } from './secret.ts';
import type { PrivateServer } from './state.ts';

const USER = 'orderbell';
const DATABASE = 'orderbell';

export interface PrivateServerOptions {
  /** Below this everything is kept, except where Postgres's own user cannot reach it. */
  dir: string;
  /** With false, a crash of the machine may cost the data: for tests. */
  durable: boolean;
  /** The port that it had last time. */
  preferredPort: number | undefined;
  signal?: AbortSignal | undefined;
  say: (line: string) => void;
  /** Called with what there is so far, as soon as a process exists. */
  record: (server: PrivateServer) => void;
}

export interface PrivateServerStarted {
  server: PrivateServer;
  version: string;
}

/** Starts it and resolves once it answers. The caller ends its processes, also after a rejection. */
export async function startPostgres(
  installed: PostgresPrograms[],
  options: PrivateServerOptions,
): Promise<PrivateServerStarted> {
  const home = postgresHome(options.dir, options.say);
  const data = join(home.dir, 'postgres');
  const programs = programsFor(data, installed);
  const password = keptPassword(home.passwordFile);
  home.giveToUser(home.passwordFile);
  if (!existsSync(data)) await makeData(data, programs, home, options.signal);
  await clearLeftover(data);

  const [port = 0] = await freeLoopbackPorts(1, options.preferredPort ? [options.preferredPort] : []);
  const base = `postgres://${USER}:${password}@127.0.0.1:${port}`;
  const server: PrivateServer = { kind: 'private', url: `${base}/${DATABASE}`, processes: [] };
  const logFile = join(home.dir, 'postgres.log');
  await spawnServer(
    {
      title: 'Postgres',
      file: join(programs.bin, 'postgres'),
      args: ['-D', data, ...settings(port, options.durable)],
      env: environment(),
      cwd: data,
      logFile,
      user: home.user,
    },
    (id) => {
      server.processes.push(id);
      options.record(server);
    },
  );
  const { processes } = server;
  const version = await awaitAnswer({
    name: 'postgres',
    title: 'Postgres',
    url: `${base}/postgres`,
    processes,
    logFile,
    seconds: 60,
    signal: options.signal,
  });
  await ensureDatabase(`${base}/postgres`);
  return { server, version };
}

/** Rolls back what is under way and closes: Postgres's "fast" shutdown. */
export function stopPostgres(id: ProcessId): Promise<void> {
  return endProcess(id, 'SIGINT', 15_000);
}

function settings(port: number, durable: boolean): string[] {
  const all = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: durable ? 100 : 300,
    ...(durable ? {} : { fsync: 'off', full_page_writes: 'off' }),
  };
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

function programsFor(data: string, installed: PostgresPrograms[]): PostgresPrograms {
  const [newest] = installed;
  if (newest === undefined) throw new StackError('programs-missing', 'Postgres is not installed');
  if (!existsSync(data)) return newest;
  const major = Number(readFileSync(join(data, 'PG_VERSION'), 'utf8'));
  const match = installed.find((programs) => programs.major === major);
  if (match !== undefined) return match;
  throw new StackError(
    'programs-missing',
    `${data} was made by Postgres ${major}, but only ${newest.major} is installed: install ${major}, or remove it`,
  );
}

/** Makes it under another name, so that an interrupted `initdb` leaves nothing that looks complete. */
async function makeData(
  data: string,
  programs: PostgresPrograms,
  home: PostgresHome,
  signal?: AbortSignal,
): Promise<void> {
  const draft = `${data}.new`;
  rmSync(draft, { recursive: true, force: true });
  home.makeDirectory(draft);
  const args = ['-D', draft, '-U', USER, `--pwfile=${home.passwordFile}`, '--auth=scram-sha-256'];
  await mustRun(join(programs.bin, 'initdb'), [...args, '--encoding=UTF8', '--locale=C', '--no-sync'], {
    cwd: home.dir,
    env: environment(),
    ...(signal === undefined ? {} : { signal }),
    ...home.user,
  });
  renameSync(draft, data);
}

/**
 * We hold the stack's lock and know of no Postgres here. If one that no record names still runs, it is ended. Else the
 * pid in its file is of no process, a zombie, or another process by now: Postgres would refuse to start for the latter
 * two, but not for its parent's pid, so ours is put there. The rest of the file stays: by it Postgres makes sure that no
 * child of the old one is left. (https://github.com/postgres/postgres: CreateLockFile in miscinit.c)
 */
async function clearLeftover(data: string): Promise<void> {
  const pidFile = join(data, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const [pid, ...rest] = readFileSync(pidFile, 'utf8').split('\n');
  const id = identify(Number(pid));
  if (id !== undefined && commandLine(id.pid).includes(data)) await stopPostgres(id);
  else writeFileSync(pidFile, [process.pid, ...rest].join('\n'));
}

async function ensureDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}

function environment(): NodeJS.ProcessEnv {
  return { ...cleanEnv(/^(PG|LC_|LANG)/), LC_ALL: 'C' };
}
