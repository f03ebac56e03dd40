/** `orderbell serve` as a process of its own: its signals, its exit code, and what it says when it cannot start. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { installedVersion } from '../../src/platform/runtime/installed-builds.js';
import { eventually } from '../support/eventually.ts';
import { ask } from '../support/http-client.ts';
import { scrape } from '../support/metrics.ts';
import { createDatabase } from '../support/servers-of-the-run.ts';
import { connectSocket } from '../support/socket-client.ts';
import { createSurroundings, type Surroundings } from '../support/surroundings.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

interface Run {
  child: ChildProcess;
  output: { stdout: string; stderr: string };
  /** Exit code and signal. */
  exited: Promise<unknown[]>;
  /** The port, once it says that it is ready. */
  ready(): Promise<number>;
}

function serve(env: Record<string, string>): Run {
  const { PATH = '', HOME = '' } = process.env;
  const args = ['--import', 'tsx', 'src/main.ts', 'serve'];
  const child = spawn(process.execPath, args, { cwd: ROOT, env: { PATH, HOME, NODE_ENV: 'test', ...env } });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (data) => {
    output.stdout += data;
  });
  child.stderr.on('data', (data) => {
    output.stderr += data;
  });
  return {
    child,
    output,
    exited: once(child, 'close'),
    ready: () =>
      eventually(() => {
        const line = output.stdout.split('\n').find((one) => one.includes('orderbell is ready'));
        expect(line, output.stderr).to.be.a('string');
        return JSON.parse(line ?? '').port;
      }, 30_000),
  };
}

describe('the process', () => {
  let around: Surroundings;
  let env: Record<string, string>;
  const runs: Run[] = [];
  before(async () => {
    around = await createSurroundings();
    env = {
      DATABASE_URL: around.database.url,
      AMQP_URL: around.broker.url,
      AMQP_PREFIX: around.broker.prefix,
      LOG_LEVEL: 'info',
    };
  });
  after(async () => {
    for (const { child, exited } of runs) {
      child.kill('SIGKILL');
      await exited;
    }
    await around.tearDown();
  });
  const start = (over: Record<string, string> = {}) => {
    const run = serve({ ...env, ...over });
    runs.push(run);
    return run;
  };

  /** It ended by itself, with a code that says so and one line for the operator. */
  async function expectRefusal({ exited, output }: Run, line: RegExp): Promise<void> {
    const [code, signal] = await exited;
    expect([code, signal]).to.deep.equal([1, null]);
    expect(output.stderr.trimEnd().split('\n'), 'one line').to.have.length(1);
    expect(output.stderr).to.match(line);
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`stops in order and exits with 0 on ${signal}`, async () => {
      const run = start();
      const port = await run.ready();
      const client = await connectSocket(`http://127.0.0.1:${port}`, 'till', { query: { shop: 'ended' } });
      run.child.kill(signal);
      expect(await run.exited).to.deep.equal([0, null]);
      expect(await client.closed).to.equal(1012);
    });
  }

  it('names its version in the log, in its metrics and in its liveness', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const { child, output, exited, ready } = start();
    const url = `http://127.0.0.1:${await ready()}`;
    expect((await ask(url, '/healthz')).body.data).to.deep.equal({ status: 'up', version });
    const { value } = await scrape(url);
    const uwebsockets = installedVersion() ?? '';
    const versions = { version, node: process.versions.node, uwebsockets };
    expect(value('orderbell_build_info', versions)).to.equal(1);
    child.kill('SIGTERM');
    await exited;
    const line = output.stdout.split('\n').find((one) => one.includes('orderbell is ready')) ?? '';
    expect(JSON.parse(line)).to.include(versions);
  });

  it('warns at its start of each variable that is misspelled, and of no other', async () => {
    const { child, output, exited, ready } = start({
      DATABSE_URL: 'x',
      RELAY_BATCHSIZE: '7',
      NODE_OPTIONS: '',
    });
    await ready();
    child.kill('SIGTERM');
    await exited;
    const lines = output.stdout.trim().split('\n');
    const warnings = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg.includes('sets nothing'));
    expect(warnings.map(({ level, msg }) => [level, msg])).to.deep.equal([
      [40, 'DATABSE_URL sets nothing: did you mean DATABASE_URL?'],
      [40, 'RELAY_BATCHSIZE sets nothing: did you mean RELAY_BATCH_SIZE?'],
    ]);
  });

  it('ends at once on a second signal', async () => {
    const run = start({ DRAIN_READY_SECONDS: '60' });
    const port = await run.ready();
    run.child.kill('SIGTERM');
    await eventually(async () => {
      expect((await ask(`http://127.0.0.1:${port}`, '/readyz')).status).to.equal(503);
    });
    run.child.kill('SIGTERM');
    expect(await run.exited).to.deep.equal([143, null]);
  });

  for (const server of ['Postgres', 'RabbitMQ'] as const) {
    it(`exits with 0 in time although ${server} has gone silent`, async () => {
      const proxy = await startTcpProxy(server === 'Postgres' ? around.database.url : around.broker.url);
      const name = server === 'Postgres' ? 'DATABASE_URL' : 'AMQP_URL';
      const run = start({ [name]: proxy.url, DRAIN_STEP_SECONDS: '1' });
      await run.ready();
      proxy.pause();
      const asked = performance.now();
      run.child.kill('SIGTERM');
      expect(await run.exited).to.deep.equal([0, null]);
      expect(performance.now() - asked).to.be.lessThan(20_000);
      await proxy.close();
    }).timeout(60_000);
  }

  it('ends at once on a signal during the start', async () => {
    const proxy = await startTcpProxy(around.database.url);
    proxy.cut();
    const run = start({ DATABASE_URL: proxy.url });
    await eventually(() => expect(proxy.refused()).to.be.greaterThan(0), 20_000);
    run.child.kill('SIGTERM');
    expect(await run.exited).to.deep.equal([143, null]);
    await proxy.close();
  }).timeout(60_000);

  it('says in one line that its port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    await expectRefusal(start({ PORT: port }), new RegExp(`^orderbell: 127\\.0\\.0\\.1:${port} is taken`));
    taken.close();
  });

  it('says in one line that its port is taken by another orderbell, which goes on', async () => {
    const first = start();
    const port = await first.ready();
    await expectRefusal(start({ PORT: String(port) }), /is taken/);
    expect((await ask(`http://127.0.0.1:${port}`, '/healthz')).status).to.equal(200);
    first.child.kill('SIGTERM');
    expect(await first.exited).to.deep.equal([0, null]);
  });

  it('says in one line what is missing in its configuration', async () => {
    await expectRefusal(
      start({ DATABASE_URL: '', AMQP_URL: '' }),
      /database\.url \(DATABASE_URL\).*amqp\.url \(AMQP_URL\)/,
    );
  });

  it('says in one line that production lets nobody in without credentials', async () => {
    await expectRefusal(
      start({ NODE_ENV: 'production' }),
      /auth\.mode \(AUTH_MODE\): none .*payments\.verify \(PAYMENTS_VERIFY\): none .*ALLOW_UNSIGNED_PAYMENTS=true$/m,
    );
  });

  it('starts in production where somebody allows it, and where it asks for credentials', async () => {
    const own = { NODE_ENV: 'production', HTTP_HOST: '127.0.0.1', PORT: '0', DRAIN_READY_SECONDS: '0' };
    const secret = 'a secret of the tests of 32 bytes';
    const asking = {
      AUTH_MODE: 'jwt',
      AUTH_SECRET: secret,
      PAYMENTS_VERIFY: 'hmac',
      PAYMENTS_SECRETS: `${secret}, of payments`.replace(',', ';'),
    };
    for (const [env, status] of [
      [{ ALLOW_ANONYMOUS: 'true', ALLOW_UNSIGNED_PAYMENTS: 'true' }, 404],
      [asking, 401],
    ] as const) {
      const run = start({ ...own, ...env });
      const url = `http://127.0.0.1:${await run.ready()}`;
      expect((await ask(url, '/orders/999999')).status).to.equal(status);
      run.child.kill('SIGTERM');
      expect(await run.exited).to.deep.equal([0, null]);
      expect(`${run.output.stdout}${run.output.stderr}`).not.to.contain(secret);
    }
  });

  for (const [what, env, printed] of [
    [
      'the secret of tokens is a placeholder',
      { AUTH_SECRET: 'changeme'.repeat(4) },
      /^orderbell: .*auth\.secret /,
    ],
    [
      'one secret opens both doors',
      {
        AUTH_SECRET: 'one for all the doors of 32 bytes',
        PAYMENTS_SECRETS: 'one for all the doors of 32 bytes',
      },
      /^orderbell: .*payments\.secrets /,
    ],
    [
      'production would fetch its keys over plain HTTP',
      {
        NODE_ENV: 'production',
        AUTH_MODE: 'jwt',
        AUTH_JWKS_URL: 'http://id.example/keys',
        AUTH_ISSUER: 'i',
        AUTH_AUDIENCE: 'a',
      },
      /^orderbell: .*auth\.jwksUrl /,
    ],
  ] as const) {
    it(`says in one line that ${what}`, async () => {
      await expectRefusal(start(env), printed);
    });
  }

  it('says in one line which setting is wrong', async () => {
    await expectRefusal(start({ GATEWAY_PAGE_SIZE: 'many' }), /gateway\.pageSize \(GATEWAY_PAGE_SIZE\)/);
  });

  it('says in one line that the database lacks its migrations', async () => {
    const bare = await createDatabase({ migrated: false });
    await expectRefusal(
      start({ DATABASE_URL: bare.url }),
      /^orderbell: the database lacks .*orderbell migrate up/,
    );
    await bare.drop();
  });

  it('says in one line that Postgres does not answer, after it has waited for it', async () => {
    const url = new URL(around.database.url);
    url.port = '1';
    await expectRefusal(
      start({ DATABASE_URL: url.href, DATABASE_WAIT_SECONDS: '1' }),
      /^orderbell: Postgres: .*ECONNREFUSED/,
    );
  });
}).timeout(60_000);
