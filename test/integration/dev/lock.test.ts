import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { withLock } from '../../../src/dev/lock.ts';
import { self } from '../../../src/dev/process-identity.ts';
import { createLocalDir, type LocalDir } from '../../support/local-dir.ts';

const contender = fileURLToPath(new URL('../../support/lock-contender.ts', import.meta.url));

/** A process that is no more: this pid was given to us, and we did not start then. */
const gone = { pid: process.pid, startedAt: 'long ago' };

describe('the lock on a directory', () => {
  let dir: LocalDir;
  let path: string;

  beforeEach(() => {
    dir = createLocalDir();
    path = join(dir.path, 'stack.lock');
  });

  afterEach(() => dir.remove());

  it('lets the second in when the first is out', async () => {
    const order: string[] = [];
    let release = () => {};
    const holding = new Promise<void>((resolve) => {
      release = resolve;
    });
    const first = withLock(path, { waitSeconds: 5 }, async () => {
      await holding;
      order.push('first out');
    });
    const second = withLock(path, { waitSeconds: 5, onWait: () => release() }, async () => {
      order.push('second in');
    });
    await Promise.all([first, second]);
    expect(order).to.deep.equal(['first out', 'second in']);
    expect(existsSync(path)).to.equal(false);
  });

  it('is free again when the work fails', async () => {
    const failing = withLock(path, { waitSeconds: 5 }, () => Promise.reject(new Error('no')));
    expect(await failing.catch((error: Error) => error.message)).to.equal('no');
    expect(existsSync(path)).to.equal(false);
  });

  it('gives up with the holder in its message when the holder stays', async () => {
    writeFileSync(path, JSON.stringify(self()));
    const waiting = withLock(path, { waitSeconds: 0.2 }, async () => 'in');
    expect(await waiting.catch((error: Error) => error.message)).to.include(
      `process ${process.pid} has held`,
    );
  });

  it('is broken when its holder is gone, also if another process has its pid now', async () => {
    writeFileSync(path, JSON.stringify(gone));
    expect(await withLock(path, { waitSeconds: 5 }, async () => 'in')).to.equal('in');
  });

  it('never has two inside when many processes meet a stale one', async function () {
    this.timeout(60_000);
    writeFileSync(path, JSON.stringify(gone));
    const log = join(dir.path, 'log');
    const children = Array.from({ length: 6 }, () =>
      spawn(process.execPath, ['--import', 'tsx', contender, path, log], { stdio: 'inherit' }),
    );
    const codes = await Promise.all(children.map((child) => once(child, 'exit').then(([code]) => code)));
    expect(codes).to.deep.equal([0, 0, 0, 0, 0, 0]);
    const lines = readFileSync(log, 'utf8').trim().split('\n');
    expect(lines).to.have.length(12);
    for (let i = 0; i < lines.length; i += 2) {
      expect(lines[i]).to.match(/^in /);
      expect(lines[i + 1]).to.equal(lines[i]?.replace('in', 'out'));
    }
  });
});
