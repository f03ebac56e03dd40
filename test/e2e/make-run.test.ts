import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { freeLoopbackPorts } from '../../src/dev/ports.ts';
import { isAlive } from '../../src/dev/process-identity.ts';
import { which } from '../../src/dev/programs.ts';
import { readState } from '../../src/dev/state.ts';
import { eventually } from '../support/eventually.ts';
import { createLocalDir, havePrograms, type LocalDir } from '../support/local-dir.ts';
import { processesWith } from '../support/processes.ts';
import { connectSocket } from '../support/socket-client.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));

/** For machines without curl; knows only what the printed lines use. */
const CURL_STAND_IN = `#!/usr/bin/env node
const options = { headers: {} };
const args = process.argv.slice(2);
let url;
for (let i = 0; i < args.length; i++) {
  if (args[i] === '-X') options.method = args[++i];
  else if (args[i] === '-d') options.body = args[++i];
  else if (args[i] === '-H') { const [name, value] = args[++i].split(': '); options.headers[name] = value; }
  else if (args[i] === '-w') i++;
  else if (args[i] !== '-sS') url = args[i];
}
fetch(url, options).then((answer) => answer.text()).then((text) => console.log(text));
`;

interface Run {
  child: ChildProcess;
  /** Standard output and standard error so far. */
  out: string;
  err: string;
  /** How make ended: it dies of the signal itself once what it runs has ended. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/**
 * What uWebSockets.js prints for an upgrade after an await, which a shop's first socket is: inside a cork, as it advises,
 * the upgraded socket may be taken for a response that is over, and closed.
 */
const UPGRADE_WARNING =
  'Warning: uWS.HttpResponse writes must be made from within a corked callback. ' +
  'See documentation for uWS.HttpResponse.cork and consult the user manual.\n';

describe('make run', function () {
  this.timeout(180_000);

  let dir: LocalDir;
  let port: number;
  let runs: Run[];

  before(function () {
    if (which('make') === undefined || !havePrograms()) this.skip();
  });

  beforeEach(async () => {
    dir = createLocalDir();
    [port = 0] = await freeLoopbackPorts(1);
    runs = [];
  });

  afterEach(async () => {
    for (const run of runs) await end(run, 'SIGINT');
    dir.remove();
  });

  function start(command = ['make', 'run'], env: Record<string, string> = {}): Run {
    const [file = '', ...args] = command;
    const child = spawn(file, args, {
      cwd: project,
      env: { ...environment(dir.path, port), ...env },
      detached: true, // a group of its own, as in a terminal
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }));
    const run: Run = { child, out: '', err: '', ended };
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      run.out += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      run.err += chunk;
    });
    runs.push(run);
    return run;
  }

  async function untilReady(run: Run): Promise<void> {
    await eventually(() => {
      if (run.child.exitCode !== null) return; // told apart below, without waiting in vain
      expect(run.out).to.include('Ctrl-C stops it');
    }, 120_000);
    expect(run.out, run.err).to.include(`http://localhost:${port}`);
  }

  function recordedProcesses() {
    const { postgres, rabbitmq } = readState(dir.path).servers;
    return [postgres, rabbitmq].flatMap((server) => (server?.kind === 'private' ? server.processes : []));
  }

  /** Erlang's helper goes a moment after the VM does, when it sees the end of its pipe. */
  async function expectNothingLeft(): Promise<void> {
    expect(recordedProcesses().filter(isAlive)).to.deep.equal([]);
    await eventually(() => expect(processesWith(dir.path)).to.deep.equal([]), 2_000);
  }

  it('rings on each printed curl line, leaves nothing after Ctrl-C, and keeps its data', async () => {
    const cold = start();
    await untilReady(cold);
    expect(recordedProcesses().filter(isAlive)).to.have.length(3);
    const till = await connectSocket(`http://localhost:${port}`, 'till-1', { query: { shop: 'default' } });
    expect(cold.out).to.include(till.socket.url);

    const lines = cold.out.split('\n').flatMap((line) => /^ {2}(curl .*)$/.exec(line)?.[1] ?? []);
    expect(lines).to.have.length(3);
    const [pay = '', remind = '', another = ''] = lines;
    paste(pay, dir.path);
    expect(await till.next()).to.deep.include({ type: 1, orderId: 1 });
    paste(remind, dir.path);
    expect(await till.next()).to.deep.equal({ type: 2, orderId: 1, content: '订单号: 1' });
    paste(another, dir.path);
    expect(await till.next()).to.deep.include({ type: 1, orderId: 2 });

    // None of them is acknowledged: a newcomer sees how that goes on.
    await eventually(() => {
      expect(cold.out).to.match(
        /webhook to platform: alert 1 of shop default, .* was not spoken .*\(step 1\)/,
      );
      expect(cold.out).to.match(
        /webhook to manager: alert 3 of shop default, .* not acknowledged \(step 2\)/,
      );
    }, 40_000);

    expect(await end(cold, 'SIGINT')).to.deep.equal({ code: null, signal: 'SIGINT' });
    expect(cold.out).to.match(/\nStopped\.\n$/);
    expect(cold.err.replaceAll(UPGRADE_WARNING, '')).to.equal('');
    await expectNothingLeft();

    const warm = start(['node', '--import', 'tsx', 'src/dev/run.ts']);
    await untilReady(warm);
    const answer = await fetch(`http://localhost:${port}/shops/default/notifications`);
    const { data } = (await answer.json()) as { data: { head: number; notifications: { type: number }[] } };
    expect(data.head).to.equal(3);
    expect(data.notifications.map(({ type }) => type)).to.deep.equal([1, 2, 1]);
    expect(await end(warm, 'SIGTERM')).to.deep.equal({ code: 0, signal: null });
    await expectNothingLeft();
  });

  it('prints a demo token where tokens are wanted, which rings and listens', async () => {
    const run = start(['node', '--import', 'tsx', 'src/dev/run.ts'], { AUTH_MODE: 'jwt' });
    await untilReady(run);
    const [, token = ''] = /^ {2}Token {6}(\S+)$/m.exec(run.out) ?? [];
    expect(run.out).to.include(`http://localhost:${port}/#token=${token}\n`);
    const url = `http://localhost:${port}`;
    const refused = await connectSocket(url, 'till-1').catch(({ message }) => message);
    expect(refused).to.equal('refused with 401');
    const till = await connectSocket(url, 'till-1', { query: { shop: 'default' }, token });
    expect(run.out).to.include(`wscat -c '${till.socket.url}' -H "Authorization: Bearer ${token}"\n`);
    for (const [line = ''] of run.out.matchAll(/(?<=^ {2})curl .*$/gm)) paste(line, dir.path);
    const types = [await till.next(), await till.next(), await till.next()].map(({ type }) => type);
    expect(types.sort()).to.deep.equal([1, 1, 2]);
    expect(await end(run, 'SIGINT')).to.deep.equal({ code: 0, signal: null });
    await expectNothingLeft();
  });

  it('says in one line that the port is taken, and starts nothing', async () => {
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');
    try {
      const run = start();
      const { code } = await run.ended;
      expect(code).to.be.greaterThan(0);
      const lines = run.err.split('\n').filter((line) => line !== '' && !line.startsWith('make'));
      expect(lines).to.have.length(1);
      expect(lines[0]).to.include(`port ${port} is taken`);
      expect(existsSync(join(dir.path, 'stack.json'))).to.equal(false);
    } finally {
      other.close();
    }
  });

  it('leaves nothing when Ctrl-C comes while the servers start', async () => {
    const run = start(['node', '--import', 'tsx', 'src/dev/run.ts']);
    await eventually(() => expect(recordedProcesses()).to.have.length(3), 60_000);
    expect(await end(run, 'SIGINT')).to.deep.equal({ code: 130, signal: null });
    expect(run.err).to.equal('orderbell: interrupted while starting\n');
    await expectNothingLeft();
  });

  it('ends at once on a second Ctrl-C, and its servers too', async () => {
    const run = start(['node', '--import', 'tsx', 'src/dev/run.ts']);
    await untilReady(run);
    signalGroup(run, 'SIGINT');
    await eventually(() => expect(run.out).to.include('Stopping.'));
    expect(await end(run, 'SIGINT')).to.deep.equal({ code: 130, signal: null });
    await eventually(() => expect(recordedProcesses().filter(isAlive)).to.deep.equal([]));
    await expectNothingLeft();
  });
});

/** Sends a signal to all of the run's group, as a terminal does, and resolves when it has ended. */
function end(run: Run, signal: NodeJS.Signals): Run['ended'] {
  if (run.child.exitCode === null && run.child.signalCode === null) signalGroup(run, signal);
  return run.ended;
}

function signalGroup(run: Run, signal: NodeJS.Signals): void {
  if (run.child.pid !== undefined) process.kill(-run.child.pid, signal);
}

/** Runs a printed line in a shell and expects that it worked. */
function paste(line: string, dir: string): void {
  const path = [process.env.PATH];
  if (which('curl') === undefined) {
    writeFileSync(join(dir, 'curl'), CURL_STAND_IN);
    chmodSync(join(dir, 'curl'), 0o755);
    path.push(dir);
  }
  const env = { ...process.env, PATH: path.join(':') };
  const { status, stdout, stderr } = spawnSync('sh', ['-c', line], { env, encoding: 'utf8' });
  expect(status, stderr).to.equal(0);
  for (const answer of stdout.trim().split('\n')) expect(answer).to.match(/^\{"code":1,/);
}

/** As in a fresh terminal: nothing of the run that we are in. */
function environment(dir: string, port: number): NodeJS.ProcessEnv {
  const own = /^(MAKE|MFLAGS|npm_|NODE_OPTIONS|NODE_ENV|AMQP_|DATABASE_|AUTH_|PAYMENTS_|TEST_)/;
  const rest = Object.entries(process.env).filter(([name]) => !own.test(name));
  return {
    ...Object.fromEntries(rest),
    PORT: String(port),
    ORDERBELL_LOCAL_DIR: dir,
    ORDERBELL_SERVERS: 'private',
  };
}
