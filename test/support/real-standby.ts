/**
 * A real Postgres with real streaming standbys: private instances on free loopback ports, fast and forgetful unless they
 * are to be durable. Guarantees that the address which the service is given stays the same whichever instance is the
 * primary, and that processes and files are gone after `close`, and also when the run itself was killed.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { mustRun } from '../../src/dev/command.ts';
import { postgresHome } from '../../src/dev/postgres-home.ts';
import { startPrivate, stopPrivate } from '../../src/dev/private-stack.ts';
import { endProcess, type ProcessId } from '../../src/dev/process-identity.ts';
import { findPrograms, type Programs } from '../../src/dev/programs.ts';
import { eventually } from './eventually.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

export interface PostgresNode {
  readonly name: string;
  /** Where it is itself, whatever it is. */
  url(): string;
  /** Between it and the instance that it follows: cut or paused, it falls behind. The first primary has none. */
  readonly link: TcpProxy | undefined;
  /** Runs one statement on it, over a connection of its own; resolves with the rows. */
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Makes a standby the primary; resolves once it takes writes. Its commits wait for no standby of its own yet. */
  promote(): Promise<void>;
  /** Ends it at once, as a crash does: what was not sent to a standby yet is on its own disk alone. */
  kill(): Promise<void>;
  /** Ends it in order: standbys get all that it has. */
  stop(): Promise<void>;
  /** Starts it on its data again; resolves once it answers. */
  start(): Promise<void>;
}

export interface ReplicatedPostgres {
  /** All of its files are below. */
  dir: string;
  /** For the service: by way of `front`. */
  url: string;
  /** Between the service and the instance that it was led to last. */
  front: TcpProxy;
  /** Who was the primary in the beginning. */
  primary: PostgresNode;
  /** In the order in which they were made. */
  standbys: readonly PostgresNode[];
  /** Ends the service's connections; new ones go to this instance. */
  leadTo(node: PostgresNode): void;
  /** A fresh standby from a base backup of this instance; resolves once it streams. */
  addStandby(of: PostgresNode): Promise<PostgresNode>;
  /** From now on each commit on `node` waits until so many standbys have flushed it; 0 ends that. */
  requireStandbys(node: PostgresNode, count: number): Promise<void>;
  /** Resolves once the standby has replayed all that `of` has now. */
  caughtUp(standby: PostgresNode, of: PostgresNode): Promise<void>;
  /** Ends an instance for good and removes its data. */
  discard(node: PostgresNode): Promise<void>;
  /** Ends and removes all of it. Safe to call twice. */
  close(): Promise<void>;
}

export interface ReplicatedOptions {
  standbys?: number;
  /** Commits wait until every standby has flushed them. */
  synchronous?: boolean;
  durable?: boolean;
}

/** Takes one to two seconds for each instance. */
export async function startReplicatedPostgres(options: ReplicatedOptions = {}): Promise<ReplicatedPostgres> {
  const { standbys: count = 1, synchronous = false, durable = false } = options;
  const dir = mkdtempSync(join(tmpdir(), 'orderbell-standby-'));
  chmodSync(dir, 0o711);
  const nursery = createNursery(dir, durable);
  const guard = startGuard(dir);
  const nodes: FollowedNode[] = [];
  const standbys: PostgresNode[] = [];
  let front: TcpProxy | undefined;
  let closed = false;

  async function discard(node: PostgresNode): Promise<void> {
    await node.kill();
    await node.link?.close();
    rmSync(nursery.homeOf(node.name), { recursive: true, force: true });
    for (const list of [nodes, standbys]) if (list.includes(node)) list.splice(list.indexOf(node), 1);
  }
  async function addStandby(of: PostgresNode): Promise<PostgresNode> {
    const node = await nursery.standby(`standby-${nursery.made()}`, of);
    nodes.push(node);
    standbys.push(node);
    await node.start();
    await eventually(async () => {
      if ((await streaming(of)) === 0) throw new Error('the standby does not stream yet');
    });
    await caughtUp(node, of);
    return node;
  }
  async function close(): Promise<void> {
    if (closed) return;
    closed = true;
    await front?.close();
    for (const node of [...nodes]) await discard(node);
    rmSync(dir, { recursive: true, force: true });
    guard.stdin?.end();
  }

  try {
    const primary = nursery.primary('primary');
    nodes.push(primary);
    await primary.start();
    // Copied to every standby with the base backup.
    await alter(primary, "wal_retrieve_retry_interval = '200ms'");
    for (let made = 0; made < count; made++) await addStandby(primary);
    if (synchronous) await requireStandbys(primary, count);
    front = await startTcpProxy(primary.url());
    const { url } = front;
    return {
      dir,
      url,
      front,
      primary,
      standbys,
      leadTo(node) {
        front?.moveTo(node.url());
        front?.drop();
      },
      addStandby,
      requireStandbys,
      caughtUp,
      discard,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** All standbys bear this name, so that commits wait for them alone and never for the stream of a base backup. */
const STANDBY = 'orderbell_standby';

async function requireStandbys(node: PostgresNode, count: number): Promise<void> {
  const names = count === 0 ? '' : `ANY ${count} (${STANDBY})`;
  await alter(node, `synchronous_standby_names = '${names}'`);
  if (count === 0) return;
  // A commit is done when they have flushed it: from then on each of them is known as one to wait for.
  await eventually(async () => {
    const [row] = await node.query<{ ready: boolean }>(
      `SELECT count(*) FILTER (WHERE sync_state = 'quorum') >= $1 AS ready FROM pg_stat_replication`,
      [count],
    );
    if (!row?.ready) throw new Error(`fewer than ${count} standbys are waited for`);
  });
  await node.query('SELECT pg_logical_emit_message(true, $1, $2)', [
    'orderbell',
    'commits wait from here on',
  ]);
}

async function caughtUp(standby: PostgresNode, of: PostgresNode): Promise<void> {
  const [row] = await of.query<{ lsn: string }>('SELECT pg_current_wal_lsn() AS lsn');
  await eventually(async () => {
    const [at] = await standby.query<{ there: boolean }>(
      'SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS there',
      [row?.lsn],
    );
    if (!at?.there) throw new Error(`${standby.name} has not replayed ${row?.lsn} yet`);
  });
}

async function streaming(node: PostgresNode): Promise<number> {
  const [row] = await node.query<{ count: number }>(
    "SELECT count(*)::int FROM pg_stat_replication WHERE application_name = $1 AND state = 'streaming'",
    [STANDBY],
  );
  return row?.count ?? 0;
}

async function alter(node: PostgresNode, setting: string): Promise<void> {
  await node.query(`ALTER SYSTEM SET ${setting}`);
  await node.query('SELECT pg_reload_conf()');
}

interface FollowedNode extends PostgresNode {
  /** Links of others that lead to it: it may be on another port after a start. */
  followers: Set<TcpProxy>;
}

/** Makes instances below `dir`, each in a directory of its own. */
function createNursery(dir: string, durable: boolean) {
  const programs = findPrograms();
  const baseBackup = baseBackupOf(programs);
  if (baseBackup === undefined) throw new Error('Postgres is not installed');
  const { dir: base, user } = postgresHome(dir, () => {});
  const homeOf = (name: string) => join(base, name);
  let made = 0;

  function node(name: string, link: TcpProxy | undefined): FollowedNode {
    made++;
    let url = '';
    let processes: readonly ProcessId[] = [];
    const followers = new Set<TcpProxy>();
    const query = <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
      queryOnce<Row>(url, text, values);
    return {
      name,
      link,
      followers,
      url: () => url,
      query,
      async promote() {
        await query("ALTER SYSTEM SET synchronous_standby_names = ''");
        await query('SELECT pg_reload_conf()');
        const [row] = await query<{ done: boolean }>('SELECT pg_promote(true, 30) AS done');
        if (!row?.done) throw new Error(`${name} was not promoted`);
      },
      async kill() {
        // SIGKILL would leave its children, some of them in the middle of a commit.
        for (const id of processes) await endProcess(id, 'SIGQUIT', 5_000);
        processes = [];
      },
      async stop() {
        await stopPrivate('postgres', processes);
        processes = [];
      },
      async start() {
        const started = await startPrivate('postgres', programs, {
          dir: homeOf(name),
          durable,
          preferredPort: url === '' ? undefined : Number(new URL(url).port),
          say: () => {},
          record: (server) => {
            processes = server.processes;
          },
        });
        url = started.server.url;
        for (const follower of followers) follower.moveTo(url);
      },
    };
  }

  return {
    homeOf,
    made: () => made,
    primary: (name: string) => node(name, undefined),
    async standby(name: string, of: PostgresNode): Promise<FollowedNode> {
      const home = homeOf(name);
      mkdirSync(home, { mode: 0o711 });
      if (user !== undefined) await mustRun('chown', [`${user.uid}:${user.gid}`, home]);
      const password = 'postgres.password';
      copyFileSync(join(homeOf(of.name), password), join(home, password));
      const link = await startTcpProxy(of.url());
      if ('followers' in of) (of as FollowedNode).followers.add(link);
      const source = new URL(link.url);
      source.searchParams.set('application_name', STANDBY);
      const args = ['-D', join(home, 'postgres'), '-d', source.href, '-R', '-X', 'stream', '-c', 'fast'];
      const command = [...args, ...(durable ? [] : ['--no-sync'])];
      await mustRun(baseBackup, command, { cwd: home, ...user });
      return node(name, link);
    },
  };
}

async function queryOnce<Row extends pg.QueryResultRow>(
  url: string,
  text: string,
  values: unknown[],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {}); // the statement that it breaks rejects
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Outlives us by what it takes to end and remove what `close` has not. Reads the end of our life from its input. */
function startGuard(dir: string): ChildProcess {
  const script = `cat >/dev/null
    for try in 1 2 3 4 5; do
      [ -d "$1" ] || exit 0
      for file in "$1"/*/postgres/postmaster.pid; do
        [ -f "$file" ] && kill -QUIT "$(head -n 1 "$file")"
      done
      sleep 1
      rm -rf "$1"
    done`;
  const guard = spawn('sh', ['-c', script, 'guard', dir], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.on('error', () => {}); // without it `close` still does its work
  guard.unref();
  return guard;
}

/** Whether instances can be started here. */
export function haveStandbys(): boolean {
  return baseBackupOf(findPrograms()) !== undefined;
}

/** Beside the `postgres` that is run: a link in PATH may lead to that alone. */
function baseBackupOf({ postgres: [first] }: Programs): string | undefined {
  if (first === undefined) return undefined;
  const path = join(dirname(realpathSync(join(first.bin, 'postgres'))), 'pg_basebackup');
  return existsSync(path) ? path : undefined;
}
