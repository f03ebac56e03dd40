/**
 * Where Postgres's data can be and who runs it. Postgres refuses to run as root, so root runs it as the user
 * `postgres` (or `nobody`). A project below a directory that this user cannot enter, such as /root, gets a directory
 * below /var/tmp instead, named after the project's path.
 */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chownSync, lstatSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { StackError } from './errors.ts';

export interface PostgresHome {
  dir: string;
  passwordFile: string;
  /** Who runs Postgres, if that is not us. */
  user: { uid: number; gid: number } | undefined;
  giveToUser(path: string): void;
  /** Makes a directory that only this user can read. */
  makeDirectory(path: string): void;
}

export function postgresHome(dir: string, say: (line: string) => void): PostgresHome {
  mkdirSync(dir, { recursive: true });
  const user = process.getuid?.() === 0 ? unprivilegedUser() : undefined;
  const home = user === undefined || canEnter(dir, user) ? dir : substitute(dir, say);
  const giveToUser = (path: string) => {
    if (user !== undefined) chownSync(path, user.uid, user.gid);
  };
  return {
    dir: home,
    passwordFile: join(home, 'postgres.password'),
    user,
    giveToUser,
    makeDirectory(path) {
      mkdirSync(path, { mode: 0o700 });
      giveToUser(path);
    },
  };
}

/** A short name for a directory, the same on every run. */
export function directoryKey(dir: string): string {
  return createHash('sha256').update(resolve(dir)).digest('hex').slice(0, 12);
}

/** Where the data of `dir` goes if `dir` itself cannot be entered by Postgres's user. */
export function substitutePath(dir: string): string {
  return join('/var/tmp', `orderbell-${directoryKey(dir)}`);
}

function substitute(dir: string, say: (line: string) => void): string {
  const home = substitutePath(dir);
  mkdirSync(home, { recursive: true, mode: 0o711 });
  const stat = lstatSync(home);
  // Any user may make names in /var/tmp.
  if (!stat.isDirectory() || stat.uid !== process.getuid?.()) {
    throw new StackError('state-unusable', `${home} belongs to another user: remove it and try again`);
  }
  say(`Postgres does not run as root, and its user cannot enter ${dir}: its data is in ${home}`);
  return home;
}

function canEnter(dir: string, user: { uid: number; gid: number }): boolean {
  return spawnSync('test', ['-x', dir], { ...user, cwd: '/' }).status === 0;
}

function unprivilegedUser(): { uid: number; gid: number } {
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8' }));
    if (uid?.status === 0 && gid?.status === 0) return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  }
  throw new StackError('programs-missing', 'Postgres does not run as root, and there is no user `postgres`');
}
