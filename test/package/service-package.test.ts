/** The package `orderbell`: what is in it, and that it runs where it is installed. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { runCommand } from '../../src/dev/command.ts';
import { eventually } from '../support/eventually.ts';
import {
  createBroker,
  createDatabase,
  type TestBroker,
  type TestDatabase,
} from '../support/servers-of-the-run.ts';
import { createFolder, createProject, type Packed, pack } from './packed.ts';

describe('the package of the service', function () {
  this.timeout(120_000);
  const folder = createFolder();
  const project = join(folder.path, 'project');
  let packed: Packed;
  let database: TestDatabase;
  let broker: TestBroker;
  before(async function () {
    this.timeout(300_000);
    packed = await pack('.', folder.path);
    console.log(`package: orderbell has ${packed.paths.length} files, ${(packed.bytes / 1e3).toFixed(0)} kB`);
    [database, broker] = await Promise.all([createDatabase({ migrated: false }), createBroker()]);
    await createProject(project, {}, [packed.file]);
  });
  after(async () => {
    folder.remove();
    await Promise.all([database.drop(), broker.drop()]);
  });

  const env = (over: Record<string, string> = {}) => {
    const { PATH = '', HOME = '' } = process.env;
    const servers = { DATABASE_URL: database.url, AMQP_URL: broker.url, AMQP_PREFIX: broker.prefix };
    return { PATH, HOME, NODE_ENV: 'test', ...servers, ...over };
  };
  const npx = (args: string[], over?: Record<string, string>) =>
    runCommand('npx', ['--no-install', 'orderbell', ...args], { cwd: project, env: env(over) });

  it('holds the program, its settings, the migrations and the documents, and nothing else', () => {
    const allowed = [
      /^dist\/(src|db)\/[\w/.-]+\.js$/,
      /^dist\/console\//,
      /^dist\/client\/(package\.json|README\.md|LICENSE|(orderbell-client|reconnect)\.js(\.br|\.gz)?|types\/[\w/.-]+\.d\.ts)$/,
      /^config\//,
      /^db\/(roles|schema)\.sql$/,
      /^((src\/[\w-]+|db)\/)?README\.md$/,
      /^(CHANGELOG|SECURITY|README\.zh)\.md$/,
      /^(LICENSE|package\.json)$/,
    ];
    expect(packed.paths.filter((path) => !allowed.some((pattern) => pattern.test(path)))).to.deep.equal([]);
    expect(packed.paths.filter((path) => /\.map$|^dist\/src\/(dev|console)\//.test(path))).to.deep.equal([]);
    expect(packed.paths).to.include.members([
      'dist/src/main.js',
      'dist/db/migrations/001-notification-log.js',
      'dist/console/index.html',
      'config/default.json',
      'db/roles.sql',
      'README.md',
      'LICENSE',
    ]);
  });

  it('has one version, which the command prints', async () => {
    const { out } = await npx(['--version']);
    expect(packed.file).to.match(new RegExp(`orderbell-${out.trim().replaceAll('.', '\\.')}\\.tgz$`));
  });

  it('does not start on an empty database, and says what to do', async () => {
    const { code, err } = await npx(['serve']);
    expect(code).to.equal(1);
    expect(err).to.match(/^orderbell: .*orderbell migrate up/);
  });

  it('finds a machine that it runs on, with the tested binary', async () => {
    const { out } = await npx(['doctor']);
    expect(out).to.match(/^ok {4}uwebsockets /m);
  });

  it('migrates, serves, and stops', async () => {
    const migrated = await npx(['migrate', 'up']);
    expect(migrated.code, migrated.err).to.equal(0);
    // As npx starts it, but a signal reaches the process itself.
    const program = join(project, 'node_modules/.bin/orderbell');
    expect(existsSync(program)).to.equal(true);
    const child = spawn(program, ['serve'], { cwd: project, env: env({ PORT: '0', LOG_LEVEL: 'info' }) });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
      });
    }
    const exited = once(child, 'close');
    try {
      const port = await eventually(() => {
        const line = output.split('\n').find((one) => one.includes('orderbell is ready'));
        expect(line, output).to.be.a('string');
        return JSON.parse(line ?? '').port;
      }, 30_000);
      for (const path of ['/healthz', '/', '/client.js']) {
        expect((await fetch(`http://127.0.0.1:${port}${path}`)).status, path).to.equal(200);
      }
    } finally {
      child.kill('SIGTERM');
    }
    expect(await exited).to.deep.equal([0, null]);
  });
});
