/** A real pgbouncer in front of the run's Postgres, on a port and in a directory of its own. */

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freeLoopbackPorts } from '../../src/dev/ports.ts';
import { postgresHome } from '../../src/dev/postgres-home.ts';
import { eventually } from './eventually.ts';

export interface Pgbouncer {
  /** The same database as was given, by way of the pooler. */
  url: string;
  stop(): Promise<void>;
}

/** Whether the program is installed on this machine: Debian's package `pgbouncer`. */
export function hasPgbouncer(): boolean {
  return spawnSync('pgbouncer', ['--version']).status === 0;
}

/** Resolves once it answers. It refuses every start-up parameter that it does not know, as it does unless told otherwise. */
export async function startPgbouncer(
  databaseUrl: string,
  poolMode: 'session' | 'transaction',
): Promise<Pgbouncer> {
  const { hostname, port, username, password } = new URL(databaseUrl);
  const dir = mkdtempSync(join(tmpdir(), 'orderbell-pgbouncer-'));
  chmodSync(dir, 0o755);
  const [ownPort] = await freeLoopbackPorts(1);
  const users = join(dir, 'users');
  writeFileSync(users, `"${username}" "${decodeURIComponent(password)}"\n`);
  const settings = {
    listen_addr: '127.0.0.1',
    listen_port: ownPort,
    unix_socket_dir: '',
    auth_type: 'scram-sha-256',
    auth_file: users,
    pool_mode: poolMode,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  const file = join(dir, 'pgbouncer.ini');
  writeFileSync(
    file,
    ['[databases]', `* = host=${hostname} port=${port}`, '[pgbouncer]', ...lines, ''].join('\n'),
  );
  // It does not run as root, and no more does Postgres.
  const { user } = postgresHome(dir, () => {});
  for (const path of user === undefined ? [] : [users, file]) chmodSync(path, 0o644);
  const child = spawn('pgbouncer', [file], { stdio: 'ignore', ...user });
  const url = new URL(databaseUrl);
  url.port = String(ownPort);
  const stop = async () => {
    if (child.exitCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    await eventually(async () => {
      const client = new pg.Client({ connectionString: url.href });
      client.on('error', () => {});
      await client.connect();
      await client.end();
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: url.href, stop };
}
