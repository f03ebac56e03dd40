/** The program of the image build, on a package of its own. */

import { execFile } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { packageDirectory } from '../../../src/platform/runtime/installed-builds.js';
import { TESTED_BUILDS } from '../../../src/platform/runtime/tested-builds.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const OURS = `uws_${process.platform}_${process.arch}_${process.versions.modules}.node`;
const PROGRAM = 'src/dev/image-uwebsockets.js';

describe('the image build', () => {
  before(function () {
    // What it keeps is a tested binary, of which other systems and processors have none.
    if (!TESTED_BUILDS.some(({ file }) => file === OURS)) this.skip();
  });
  let directory: string;
  let installed: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'orderbell-image-'));
    installed = join(directory, 'node_modules/uWebSockets.js');
    mkdirSync(installed, { recursive: true });
    mkdirSync(join(directory, dirname(PROGRAM)), { recursive: true });
    cpSync(join(ROOT, 'src/platform/runtime'), join(directory, 'src/platform/runtime'), { recursive: true });
    copyFileSync(join(ROOT, PROGRAM), join(directory, PROGRAM));
    for (const file of ['package.json', 'package-lock.json'])
      copyFileSync(join(ROOT, file), join(directory, file));
    for (const file of [OURS, 'uws.js', 'index.d.ts', 'package.json']) {
      copyFileSync(join(packageDirectory() ?? '', file), join(installed, file));
    }
    for (const file of ['uws_linux_x64_83.node', 'README.md'])
      writeFileSync(join(installed, file), 'not needed');
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  async function run(...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, ...args], { cwd: directory });
    return stdout.trim();
  }
  const fails = (...args: string[]) =>
    run(...args).then(
      () => 'done',
      (error: { stderr: string }) => error.stderr.trim(),
    );
  const read = (file: string) => JSON.parse(readFileSync(join(directory, file), 'utf8'));

  it('keeps the tested binary of its own machine and no other', async () => {
    expect(await run('keep')).to.equal(`${OURS}: the tested build`);
    expect(readdirSync(installed)).to.have.members([OURS, 'uws.js', 'index.d.ts', 'package.json']);
  });

  it('refuses another binary under the name of the tested one', async () => {
    writeFileSync(join(installed, OURS), 'GLIBC_2.17');
    expect(await fails('keep')).to.match(/is not the build that was tested/);
    expect(readdirSync(installed)).to.include('README.md');
  });

  it('keeps another binary where its archive was chosen', async () => {
    writeFileSync(join(installed, OURS), 'GLIBC_2.17');
    expect(await run('keep', 'chosen')).to.equal(`${OURS}: chosen for this image, not tested`);
  });

  it('writes a chosen archive and its integrity where npm ci reads them', async () => {
    const url = 'https://example.com/v20.58.0.tar.gz';
    const integrity = `sha512-${Buffer.alloc(64, 1).toString('base64')}`;
    await run('choose', url, integrity);
    expect(read('package.json').dependencies['uWebSockets.js']).to.equal(url);
    const { packages } = read('package-lock.json');
    expect(packages[''].dependencies['uWebSockets.js']).to.equal(url);
    expect(packages['node_modules/uWebSockets.js']).to.deep.equal({ resolved: url, integrity });
  });

  it('takes no archive without integrity, and no repository', async () => {
    expect(await fails('choose', 'https://example.com/a.tar.gz', '')).to.match(/needs its integrity/);
    expect(await fails('choose', 'github:a/b', 'sha512-AAAA')).to.match(/is not the address of an archive/);
  });
});
