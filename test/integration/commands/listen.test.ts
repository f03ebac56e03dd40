/** `orderbell listen`, on a real service: alerts as they come, through cuts, and an end that says why. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { WebSocketServer } from 'ws';
import type { Running } from '../../../src/commands/context.ts';
import { type CliRun, runCli } from '../../support/cli.ts';
import { spawnCli } from '../../support/cli-process.ts';
import { eventually } from '../../support/eventually.ts';
import type { Service } from '../../support/service.ts';
import { createSurroundings, type Surroundings } from '../../support/surroundings.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';
import { WITH_SECRET } from '../../support/tokens.ts';

interface Listening {
  lines: string[];
  notes: string[];
  /** As Ctrl-C does. */
  stop(): Promise<void>;
  ended: Promise<CliRun>;
}

describe('orderbell listen', () => {
  let around: Surroundings;
  let service: Service;
  let open: Listening[];
  beforeEach(async () => {
    around = await createSurroundings();
    service = await around.serve();
    open = [];
  });
  afterEach(async () => {
    await Promise.all(open.map(({ stop }) => stop()));
    await Promise.all(open.map(({ ended }) => ended));
    await around.tearDown();
  });

  function listen(...args: string[]): Listening {
    return listenTo(service.url, ...args);
  }

  function listenTo(url: string, ...args: string[]): Listening {
    let running: Running | undefined;
    const lines: string[] = [];
    const notes: string[] = [];
    const ended = runCli(['listen', '--url', url, '--shop', 'a', ...args], {
      onLine: (line) => lines.push(line),
      onNote: (note) => notes.push(note),
      onRunning: (started) => {
        running = started;
      },
    });
    const listening = { lines, notes, stop: async () => running?.stop(), ended };
    open.push(listening);
    return listening;
  }

  const logged = (count: number) =>
    eventually(async () => {
      const { rows } = await around.database.pool.query('SELECT FROM notifications');
      expect(rows).to.have.length(count);
    });

  const live = ({ notes }: Listening) =>
    eventually(() => expect(notes.filter((note) => note.startsWith('live'))).not.to.deep.equal([]));

  it('prints what happens from now on: alerts, and who acknowledges them', async () => {
    await around.pay('a', 1, 1);
    await logged(1);
    const listening = listen();
    await live(listening);
    await around.pay('a', 2, 2);
    await eventually(() => expect(listening.lines).to.have.length(1));
    expect(listening.lines[0]).to.match(/^2 {2}\d{4}-.*Z {2}paid {6}订单号： a-2$/);
    const till = await around.open(service, 'till-1', { query: { shop: 'a' } });
    till.send({ kind: 'ack', seq: 2 });
    await eventually(() => expect(listening.lines[1]).to.match(/^2 {2}\d{4}-.*Z {2}acked {5}by till-1$/));
  });

  it('ends with 0 on Ctrl-C, and says how to go on from there', async () => {
    const first = listen();
    await live(first);
    await around.pay('a', 1, 2);
    await eventually(() => expect(first.lines).to.have.length(2));
    await first.stop();
    const { exitCode } = await first.ended;
    expect(exitCode).to.equal(0);
    const [, hint = ''] =
      /^to go on from here: (--since 2 --epoch \S+)$/.exec(first.notes.at(-1) ?? '') ?? [];
    expect(hint).not.to.equal('');

    await around.pay('a', 3, 4);
    const { lines } = await listen(...hint.split(' '), '--count', '2').ended;
    expect(lines.map((line) => line.split(' ')[0])).to.deep.equal(['3', '4']);
  });

  it('prints all that is kept as JSON, and ends after so many', async () => {
    await around.pay('a', 1, 3);
    const { lines, exitCode } = await listen('--since', 'oldest', '--count', '2', '--json').ended;
    const printed = lines.map((line) => JSON.parse(line));
    expect(printed.map(({ kind, seq, type, orderId }) => [kind, seq, type, orderId])).to.deep.equal([
      ['notification', 1, 1, 1],
      ['notification', 2, 1, 2],
    ]);
    expect(exitCode).to.equal(0);
  });

  it('goes on after the last that it has printed, whatever came in with it', async () => {
    const listening = listen('--count', '1');
    await live(listening);
    await around.pay('a', 1, 50);
    const { lines, notes } = await listening.ended;
    expect(lines).to.have.length(1);
    expect(notes.at(-1)).to.match(/^to go on from here: --since 1 --epoch /);
  });

  it('comes back after a cut, and prints what it has missed once, in order', async () => {
    const proxy = await startTcpProxy(service.url);
    const listening = listenTo(proxy.url);
    await live(listening);
    await around.pay('a', 1, 2);
    await eventually(() => expect(listening.lines).to.have.length(2));
    proxy.cut();
    await eventually(() => expect(listening.notes.join('\n')).to.match(/^waiting for .* s \(lost\)$/m));
    await around.pay('a', 3, 4);
    proxy.restore();
    await around.pay('a', 5, 5);
    await eventually(() => {
      expect(listening.lines.map((line) => line.split(' ')[0])).to.deep.equal(['1', '2', '3', '4', '5']);
    }, 20_000);
    await listening.stop();
    await proxy.close();
  });

  it('says that there is a gap where it cannot go on from there', async () => {
    await around.pay('a', 1, 2);
    await logged(2);
    const { lines } = await listen('--since', '7', '--count', '2').ended;
    expect(lines[0]).to.match(/^gap: this is another log, all that is kept follows, 1 to 2$/);
    expect(lines.slice(1).map((line) => line.split(' ')[0])).to.deep.equal(['1', '2']);
  });

  it('ends with 1 when another session takes over its name', async () => {
    const first = listen('--sid', 'till');
    await live(first);
    const second = listen('--sid', 'till');
    const { error, exitCode } = await first.ended;
    expect([exitCode, error?.message]).to.deep.equal([1, 'another session took over till']);
    await live(second);
  });

  it('ends with 1 where nobody listens', async () => {
    const { error, exitCode } = await listenTo('http://127.0.0.1:1').ended;
    expect(error?.message).to.match(/^the service cannot be listened to: .*ECONNREFUSED/);
    expect(exitCode).to.equal(1);
  });

  it('ends with 1 where the service refuses it, and says what the service said', async () => {
    const { error, exitCode } = await listen('--since', '1', '--epoch', 'not an epoch').ended;
    expect(error?.message).to.match(/^the service cannot be listened to: 400 .*epoch/);
    expect(exitCode).to.equal(1);
  });

  it('ends with 1 where there is another service', async () => {
    const { error } = await listenTo(`${service.url}/elsewhere`).ended;
    expect(error?.message).to.match(/^the service cannot be listened to: 404/);
  });

  it('is let in with a token as `orderbell token` mints it, and ends with 1 without', async () => {
    const guarded = await around.serve(WITH_SECRET);
    const words = ['token', '--shop', 'a', '--scope', 'listen'];
    const { lines: minted } = await runCli(words, { env: WITH_SECRET });
    const listening = listenTo(guarded.url, '--token', minted[0] ?? '');
    await live(listening);
    const { error, exitCode } = await listenTo(guarded.url).ended;
    expect(error?.message).to.match(/^the service cannot be listened to: 401 /);
    expect(exitCode).to.equal(1);
  });

  it('brings its token along, read anew from its file for each attempt', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'orderbell-token-'));
    const file = join(directory, 'token');
    await writeFile(file, 'first\n');
    const offered: string[] = [];
    const server = new WebSocketServer({
      port: 0,
      handleProtocols(protocols) {
        offered.push([...protocols].join());
        return 'orderbell.v1';
      },
    });
    server.on('connection', (socket) => {
      const ready = { kind: 'ready', shop: 'a', epoch: 'e', head: 0, oldest: 1, receipts: 0 };
      socket.send(JSON.stringify(ready));
      if (offered.length === 1) void writeFile(file, 'second\n').then(() => socket.close(4003));
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const listening = listenTo(url, '--token-file', file);
    await eventually(() => {
      expect(offered).to.deep.equal(['orderbell.v1,bearer.first', 'orderbell.v1,bearer.second']);
    });
    await listening.stop();
    await listening.ended;
    server.close();
    await rm(directory, { recursive: true });
  });

  it('fails at once for a token file that is not there', async () => {
    const { error, exitCode } = await listen('--token-file', '/not/there').ended;
    expect(error?.message).to.match(/ENOENT/);
    expect(exitCode).to.equal(1);
  });

  for (const args of [
    ['--shop', 'a b'],
    ['--sid', 'a b'],
    ['--url', 'ftp://h'],
    ['--url', 'nothing'],
    ['--since', 'yesterday'],
    ['--token', 't', '--token-file', 'f'],
  ]) {
    it(`is used wrongly with ${args.join(' ')}`, async () => {
      const { exitCode, notes } = await listen(...args).ended;
      expect(exitCode).to.equal(2);
      expect(notes.join()).to.match(/^error: /);
    });
  }

  it('as a process ends with 0 on SIGINT, its notes apart from its lines', async () => {
    const { child, output, exited } = spawnCli(
      ['listen', '--url', service.url, '--shop', 'a', '--since', 'oldest', '--json'],
      {},
    );
    await around.pay('a', 1, 1);
    await eventually(() => expect(output.stdout).to.match(/\n$/), 30_000);
    child.kill('SIGINT');
    expect(await exited).to.deep.equal([0, null]);
    expect(JSON.parse(output.stdout)).to.include({ kind: 'notification', seq: 1 });
    expect(output.stderr)
      .to.match(/^live, after/m)
      .and.to.match(/^to go on from here: --since 1 /m);
  }).timeout(60_000);

  it('does not hang on a server that accepts and says nothing, once it is told to stop', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await eventually(() => expect(silent.listening).to.equal(true));
    const listening = listenTo(`http://127.0.0.1:${(silent.address() as AddressInfo).port}`);
    await eventually(
      () =>
        new Promise<void>((resolve, reject) => {
          silent.getConnections((_, count) => (count > 0 ? resolve() : reject(new Error('not yet'))));
        }),
    );
    await listening.stop();
    expect((await listening.ended).exitCode).to.equal(0);
    silent.close();
  });
}).timeout(30_000);
