/** The commands as processes: exit codes, what goes to which stream, and that none hangs on a server that is silent. */

import { expect } from 'chai';
import { spawnCli } from '../../support/cli-process.ts';
import { createSurroundings, type Surroundings } from '../../support/surroundings.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';

describe('the process of a command', () => {
  let around: Surroundings;
  let env: Record<string, string>;
  before(async () => {
    around = await createSurroundings();
    env = {
      DATABASE_URL: around.database.url,
      AMQP_URL: around.broker.url,
      AMQP_PREFIX: around.broker.prefix,
    };
  });
  after(() => around.tearDown());

  async function run(args: readonly string[], over: Record<string, string> = {}, nodeArgs: string[] = []) {
    const { output, exited } = spawnCli(args, { ...env, ...over }, nodeArgs);
    const [code] = await exited;
    return { code, ...output };
  }

  it('ends with 0 when it is done', async () => {
    const { code, stdout, stderr } = await run(['migrate', 'status', '--json']);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).state),
    ).to.include('applied');
    expect([code, stderr]).to.deep.equal([0, '']);
  });

  it('ends with 0 when it is asked for help', async () => {
    const { code, stdout, stderr } = await run(['dead', 'redrive', '--help']);
    expect(stdout).to.match(/^Usage: orderbell dead redrive /);
    expect([code, stderr]).to.deep.equal([0, '']);
  });

  it('ends with 1 and one line on standard error when it has failed', async () => {
    const { code, stdout, stderr } = await run(['log', 'rotate-epoch', '--shop', 'typo', '--yes']);
    expect([code, stdout, stderr]).to.deep.equal([1, '', 'orderbell: no log of typo\n']);
  });

  it('ends with 2 when it is used wrongly', async () => {
    const { code, stdout, stderr } = await run(['dead', 'list', '--limit', 'x']);
    expect([code, stdout]).to.deep.equal([2, '']);
    expect(stderr).to.match(/^error: option '--limit <n>'/);
  });

  it('works, but for serve, where uWebSockets.js cannot be loaded, and doctor says why', async () => {
    const elsewhere = ['--import', new URL('../../support/another-machine.mjs', import.meta.url).href];
    const over = { MACHINE: JSON.stringify({ node: '24.1.0', abi: '137', glibc: '2.36' }) };
    const doctor = await run(['doctor'], over, elsewhere);
    expect(doctor.code).to.equal(1);
    expect(doctor.stdout).to.match(
      /^FAIL {2}uwebsockets {4}uWebSockets.js for Node 24.1.0 needs glibc 2.38, .* -> use a newer system, such as/m,
    );
    expect(doctor.stdout).to.match(/^ok {4}schema /m);
    expect((await run(['serve'], over, elsewhere)).code).to.equal(1);
  });

  it('ends in time although the servers are silent', async () => {
    const proxies = [await startTcpProxy(around.database.url), await startTcpProxy(around.broker.url)];
    for (const proxy of proxies) proxy.pause();
    const [database, broker] = proxies;
    const over = { DATABASE_URL: database?.url ?? '', AMQP_URL: broker?.url ?? '' };
    const started = performance.now();
    const { code, stdout } = await run(['doctor'], over);
    expect(code).to.equal(1);
    expect(performance.now() - started).to.be.lessThan(30_000);
    expect(stdout)
      .to.match(/^FAIL {2}postgres /m)
      .and.to.match(/^FAIL {2}rabbitmq /m);
    for (const proxy of proxies) await proxy.close();
  });

  it('ends when nobody reads on, as `head` does', async () => {
    const channel = await around.broker.connection.createConfirmChannel();
    await around.serve();
    await around.clear();
    for (let n = 0; n < 300; n++) {
      channel.publish(around.broker.names.deadLetterExchange, 'order.paid', Buffer.alloc(1_000, 'x'));
    }
    await channel.waitForConfirms();
    await channel.close();
    const { child, output, exited } = spawnCli(['dead', 'list', '--json'], env);
    child.stdout?.once('data', () => child.stdout?.destroy());
    const [code] = await exited;
    expect([code, output.stderr]).to.deep.equal([141, '']);
  });
}).timeout(60_000);
