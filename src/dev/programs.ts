/** Where the servers' programs are on this machine. Looks, and runs nothing but `postgres --version`. */

import { spawnSync } from 'node:child_process';
import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { ServerName } from './probes.ts';

export interface PostgresPrograms {
  /** The directory of `initdb` and `postgres`. */
  bin: string;
  /** 15, 17 … */
  major: number;
}

export interface RabbitmqPrograms {
  server: string;
  /** Erlang's name server, which RabbitMQ cannot start without. */
  epmd: string;
}

export interface Programs {
  /** Newest first, but those in PATH before all others. */
  postgres: PostgresPrograms[];
  rabbitmq: RabbitmqPrograms | undefined;
}

export function findPrograms(path: string = process.env.PATH ?? ''): Programs {
  const dirs = path.split(delimiter).filter((dir) => dir !== '');
  const server = firstExecutable(
    // Debian's /usr/sbin/rabbitmq-server, which may be in PATH, insists on the user `rabbitmq`.
    ['/usr/lib/rabbitmq/bin', ...dirs, '/opt/homebrew/sbin', '/usr/local/sbin'],
    'rabbitmq-server',
  );
  const epmd = firstExecutable([...dirs, '/usr/bin', '/usr/lib/erlang/bin', '/opt/homebrew/bin'], 'epmd');
  return {
    postgres: findPostgres(dirs),
    rabbitmq: server === undefined || epmd === undefined ? undefined : { server, epmd },
  };
}

export function missingPrograms(programs: Programs, needed: readonly ServerName[]): ServerName[] {
  return needed.filter((name) =>
    name === 'postgres' ? programs.postgres.length === 0 : programs.rabbitmq === undefined,
  );
}

/** A program's place in PATH, or undefined. */
export function which(program: string, path: string = process.env.PATH ?? ''): string | undefined {
  return firstExecutable(path.split(delimiter), program);
}

function findPostgres(dirs: string[]): PostgresPrograms[] {
  const elsewhere = [
    ...below('/usr/lib/postgresql', /^\d+$/),
    ...below('/opt/homebrew/opt', /^postgresql@\d+$/),
    ...below('/usr/local/opt', /^postgresql@\d+$/),
  ].flatMap(versionOf);
  return [...dirs.flatMap(versionOf), ...elsewhere.sort((a, b) => b.major - a.major)];
}

function below(parent: string, name: RegExp): string[] {
  try {
    return readdirSync(parent)
      .filter((entry) => name.test(entry))
      .map((entry) => join(parent, entry, 'bin'));
  } catch {
    return [];
  }
}

function versionOf(bin: string): PostgresPrograms[] {
  if (!isExecutable(join(bin, 'initdb')) || !isExecutable(join(bin, 'postgres'))) return [];
  const { stdout } = spawnSync(join(bin, 'postgres'), ['--version'], { encoding: 'utf8' });
  const major = Number(/ (\d+)/.exec(stdout ?? '')?.[1]);
  return Number.isInteger(major) ? [{ bin, major }] : [];
}

function firstExecutable(dirs: string[], program: string): string | undefined {
  return dirs.map((dir) => join(dir, program)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
