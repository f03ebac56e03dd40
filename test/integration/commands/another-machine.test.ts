/** Real processes that find themselves on a machine that cannot run us. */

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { spawnCli } from '../../support/cli-process.ts';

const PRELOAD = ['--import', new URL('../../support/another-machine.mjs', import.meta.url).href];
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

async function start(machine: object, args: readonly string[]) {
  // Nothing else is configured: what is wrong with the machine comes first.
  const { output, exited } = spawnCli(args, { MACHINE: JSON.stringify(machine) }, PRELOAD);
  const [code] = await exited;
  return { code, ...output };
}

describe('a start on a machine that does not fit', () => {
  const node26 = { node: '26.1.0', abi: '147', glibc: '2.41' };
  const glibc236 = { node: '24.1.0', abi: '137', glibc: '2.36' };

  it('ends with one line where Node.js has no build', async () => {
    const { code, stdout, stderr } = await start(node26, ['serve']);
    expect([code, stdout]).to.deep.equal([1, '']);
    expect(stderr).to.match(
      /^orderbell: Node 26\.1\.0 has no build of uWebSockets\.js in this package: use Node 24 or .*\n$/,
    );
  });

  it('ends with one line where glibc is too old', async () => {
    const { code, stdout, stderr } = await start(glibc236, ['serve']);
    expect([code, stdout]).to.deep.equal([1, '']);
    expect(stderr).to.match(
      /^orderbell: uWebSockets\.js for Node 24\.1\.0 needs glibc 2\.38, and this system has 2\.36: .*\n$/,
    );
  });

  it('ends with one line, whatever the command, where Node.js is too old', async () => {
    const { code, stdout, stderr } = await start({ ...node26, node: '18.20.4', abi: '108' }, ['--help']);
    expect([code, stdout]).to.deep.equal([1, '']);
    expect(stderr).to.equal('orderbell: Node 18.20.4 is too old: use Node 24, or at the least 20.10.0\n');
  });

  it('leaves the commands that need no socket alone', async () => {
    const { code, stdout } = await start(node26, ['token', '--help']);
    expect(code).to.equal(0);
    expect(stdout).to.match(/^Usage: orderbell token /);
  });

  it('of make says the same', async () => {
    const env = { ...process.env, MACHINE: JSON.stringify(node26) };
    const run = promisify(execFile)(process.execPath, [...PRELOAD, 'src/dev/check-node.js'], {
      cwd: ROOT,
      env,
    });
    const { code, stderr } = await run.then(
      () => ({ code: 0, stderr: '' }),
      (error: { code: number; stderr: string }) => error,
    );
    expect(code).to.equal(1);
    expect(stderr).to.match(
      /^Node 26\.1\.0 has no build of uWebSockets\.js in this package: use Node 24 or .*\n$/,
    );
  });
}).timeout(30_000);
