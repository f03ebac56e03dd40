import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect } from 'amqplib';
import { expect } from 'chai';
import pg from 'pg';
import { imagesFrom } from '../../../src/dev/docker.ts';
import { StackError } from '../../../src/dev/errors.ts';
import { isAlive, type ProcessId } from '../../../src/dev/process-identity.ts';
import { type Stack, startStack } from '../../../src/dev/stack.ts';
import { readState } from '../../../src/dev/state.ts';
import { eventually } from '../../support/eventually.ts';
import { createLocalDir, havePrograms, type LocalDir } from '../../support/local-dir.ts';
import { listeningAddresses, processesWith } from '../../support/processes.ts';

const holderScript = fileURLToPath(new URL('../../support/stack-holder.ts', import.meta.url));

describe('the local stack of private instances', function () {
  this.timeout(120_000);

  let dir: LocalDir;
  let open: Stack[];

  before(function () {
    if (!havePrograms()) this.skip();
  });

  beforeEach(() => {
    dir = createLocalDir();
    open = [];
  });

  afterEach(async () => {
    await Promise.all(open.map((stack) => stack.stop()));
    dir.remove();
  });

  async function start(signal?: AbortSignal): Promise<Stack> {
    const options = {
      dir: dir.path,
      forced: 'private',
      images: imagesFrom({}),
      durable: false,
      say: () => {},
    };
    const stack = await startStack({ ...options, signal });
    open.push(stack);
    return stack;
  }

  function recorded(): ProcessId[] {
    const { postgres, rabbitmq } = readState(dir.path).servers;
    return [postgres, rabbitmq].flatMap((server) => (server?.kind === 'private' ? server.processes : []));
  }

  /** Erlang's helper goes a moment after the VM does, when it sees the end of its pipe. */
  async function expectNothingLeft(): Promise<void> {
    expect(recorded().filter(isAlive)).to.deep.equal([]);
    await eventually(() => expect(processesWith(dir.path)).to.deep.equal([]), 2_000);
  }

  it('keeps the data and the ports from one start to the next', async () => {
    const first = await start();
    await query(first.databaseUrl, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await withChannel(first.amqpUrl, async (channel) => {
      await channel.assertQueue('kept', { durable: true });
    });
    await first.stop();
    await expectNothingLeft();

    const second = await start();
    expect(await query(second.databaseUrl, 'SELECT answer FROM kept')).to.deep.equal([{ answer: 42 }]);
    await withChannel(second.amqpUrl, async (channel) => {
      expect((await channel.checkQueue('kept')).queue).to.equal('kept');
    });
    expect(second.amqpUrl).to.equal(first.amqpUrl);
    expect(second.databaseUrl).to.equal(first.databaseUrl);
  });

  it('listens on loopback only', async function () {
    if (process.platform !== 'linux') this.skip();
    await start();
    const addresses = listeningAddresses(recorded().map(({ pid }) => pid));
    const loopback = ['0100007F', '00000000000000000000000001000000'];
    expect(addresses).to.have.length.greaterThan(3);
    expect(addresses.filter((address) => !loopback.includes(address))).to.deep.equal([]);
  });

  it('is shared by two that start at the same moment, and stays until the last one leaves', async () => {
    const [one, other] = await Promise.all([start(), start()]);
    expect(one.databaseUrl).to.equal(other.databaseUrl);
    const processes = recorded();
    await one.stop();
    expect(processes.every(isAlive)).to.equal(true);
    expect(await query(other.databaseUrl, 'SELECT 1 AS one')).to.deep.equal([{ one: 1 }]);
    await other.stop();
    await expectNothingLeft();
  });

  it('takes over what a killed process left, and ends it', async () => {
    const holder = await holdInAnotherProcess(dir.path);
    const left = recorded();
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    expect(left.every(isAlive)).to.equal(true);

    const stack = await start();
    expect(recorded()).to.deep.equal(left);
    await stack.stop();
    await expectNothingLeft();
  });

  it('starts anew what a killed process left half dead', async () => {
    const holder = await holdInAnotherProcess(dir.path);
    const left = recorded();
    holder.kill('SIGKILL');
    for (const { pid } of left.slice(0, 2)) process.kill(pid, 'SIGKILL'); // Postgres and RabbitMQ; epmd stays
    await eventually(() => expect(left.filter(isAlive)).to.have.length(1));

    const stack = await start();
    expect(await query(stack.databaseUrl, 'SELECT 1 AS one')).to.deep.equal([{ one: 1 }]);
    expect(left.some(isAlive)).to.equal(false);
    await stack.stop();
    await expectNothingLeft();
  });

  it('leaves nothing running when the start is aborted', async () => {
    const interrupt = new AbortController();
    const starting = start(interrupt.signal).catch((error: Error) => error);
    await eventually(() => expect(recorded()).to.have.length(3));
    interrupt.abort();
    expect(await starting).to.have.property('name', 'AbortError');
    await expectNothingLeft();
  });

  it('shows the tail of the log and ends the other server when one does not come up', async () => {
    await (await start()).stop();
    rmSync(join(dir.path, 'postgres', 'global', 'pg_control'));
    const error = await start().catch((error: unknown) => error);
    expect(error).to.be.instanceOf(StackError).with.property('code', 'server-failed');
    expect(error)
      .to.have.property('message')
      .that.matches(/^Postgres did not come up[\s\S]*pg_control/);
    await expectNothingLeft();
  });

  it('says what to remove when its record is not readable', async () => {
    writeFileSync(join(dir.path, 'stack.json'), '{"users":');
    const error = await start().catch((error: unknown) => error);
    expect(error).to.be.instanceOf(StackError).with.property('code', 'state-unusable');
    expect(error).to.have.property('message').that.includes('stack.json').and.includes('remove it');
  });
});

async function holdInAnotherProcess(dir: string): Promise<ChildProcess> {
  const stdio = ['ignore', 'pipe', 'inherit'] as const;
  const child = spawn(process.execPath, ['--import', 'tsx', holderScript, dir], { stdio: [...stdio] });
  if (child.stdout === null) throw new Error('no pipe');
  await once(child.stdout, 'data');
  return child;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

type Channel = Awaited<ReturnType<Awaited<ReturnType<typeof connect>>['createChannel']>>;

async function withChannel(url: string, work: (channel: Channel) => Promise<void>): Promise<void> {
  const connection = await connect(url);
  try {
    await work(await connection.createChannel());
  } finally {
    await connection.close();
  }
}
