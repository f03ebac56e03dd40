import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  compareWithTested,
  installedBuilds,
  newestGlibcIn,
  packageDirectory,
  testedBuilds,
} from '../../../src/platform/runtime/installed-builds.js';
import {
  type Builds,
  buildFault,
  compareVersions,
  type Machine,
  nodeFault,
  OLDEST_OF_LINE,
} from '../../../src/platform/runtime/runtime-fault.js';
import { TESTED_BUILDS } from '../../../src/platform/runtime/tested-builds.js';

const debian13: Machine = { platform: 'linux', arch: 'x64', node: '24.1.0', abi: '137', glibc: '2.41' };
const debian12: Machine = { ...debian13, glibc: '2.36' };

function builds(glibcs: Record<string, string>): Builds {
  return { files: Object.keys(glibcs), glibcOf: (file) => glibcs[file] };
}

const ALL = builds({
  'uws_linux_x64_115.node': '2.27',
  'uws_linux_x64_127.node': '2.38',
  'uws_linux_x64_137.node': '2.38',
  'uws_linux_arm64_137.node': '2.38',
  'uws_darwin_arm64_137.node': '2.99',
});

const line = (machine: Machine, there: Builds | undefined = ALL) => {
  const fault = buildFault(machine, there);
  return fault === undefined ? undefined : `${fault.says}: ${fault.todo}`;
};

describe('the check of the machine', () => {
  it('finds nothing wrong where a binary is there and its glibc is', () => {
    expect(line(debian13)).to.equal(undefined);
    expect(line({ ...debian12, node: '20.20.0', abi: '115' })).to.equal(undefined);
    expect(line({ ...debian13, glibc: '2.38' })).to.equal(undefined);
  });

  it('names for a Node.js without a build those that this machine can use', () => {
    const node26 = { node: '26.1.0', abi: '147' };
    const wrong = 'Node 26.1.0 has no build of uWebSockets.js in this package';
    const install = 'install a release of uWebSockets.js that has one';
    expect(line({ ...debian13, ...node26 })).to.equal(`${wrong}: use Node 24 or 22 or 20, or ${install}`);
    expect(line({ ...debian12, ...node26 })).to.equal(`${wrong}: use Node 20, or ${install}`);
    const none = builds({ 'uws_linux_x64_137.node': '2.38' });
    expect(line({ ...debian12, ...node26 }, none)).to.equal(`${wrong}: ${install}`);
  });

  it('takes a Node.js for which a build was put there', () => {
    const own = builds({ 'uws_linux_x64_147.node': '2.38' });
    expect(line({ ...debian13, node: '26.1.0', abi: '147' }, own)).to.equal(undefined);
  });

  it('names the glibc that the build needs and the one that is there', () => {
    expect(line(debian12)).to.equal(
      'uWebSockets.js for Node 24.1.0 needs glibc 2.38, and this system has 2.36: ' +
        'use a newer system, such as Debian 13 or Ubuntu 24.04, or use Node 20',
    );
    expect(line({ ...debian12, glibc: '2.9' })).to.match(
      /this system has 2\.9: use a newer system, [^:]*24\.04$/,
    );
  });

  it('sends Alpine to a system with glibc', () => {
    expect(line({ ...debian13, glibc: undefined })).to.match(
      /^this system has no glibc, .*Debian 13 instead of Alpine$/,
    );
  });

  it('asks for no glibc on other systems', () => {
    expect(line({ ...debian13, platform: 'darwin', arch: 'arm64', glibc: undefined })).to.equal(undefined);
  });

  it('names the machines that have builds', () => {
    expect(line({ ...debian13, platform: 'freebsd' })).to.equal(
      'freebsd x64 has no build of uWebSockets.js in this package: use one of darwin arm64, linux arm64, linux x64',
    );
  });

  it('says what to do where nothing is installed', () => {
    const fault = buildFault(debian13, undefined);
    expect(fault).to.deep.equal({ says: 'uWebSockets.js is not installed', todo: 'run npm ci' });
  });

  it('refuses a Node.js that is too old for all of it', () => {
    expect(nodeFault({ ...debian13, node: '18.20.4' })?.says).to.equal('Node 18.20.4 is too old');
    expect(nodeFault({ ...debian13, node: '20.9.0' })).to.not.equal(undefined);
    for (const node of OLDEST_OF_LINE) expect(nodeFault({ ...debian13, node })).to.equal(undefined);
  });

  it('compares versions by number', () => {
    expect(compareVersions('2.38', '2.4')).to.be.greaterThan(0);
    expect(compareVersions('20.10.0', '20.10')).to.equal(0);
    expect(compareVersions('20.9.1', '20.10.0')).to.be.lessThan(0);
  });
});

describe('the tested builds', () => {
  it('are those that the lock file installs, with the glibc that they need', () => {
    const directory = packageDirectory();
    const installed = installedBuilds();
    if (directory === undefined || installed === undefined)
      throw new Error('uWebSockets.js is not installed');
    for (const { file, glibc } of TESTED_BUILDS) {
      expect(compareWithTested(file, directory), file).to.equal('tested');
      expect(installed.glibcOf(file), file).to.equal(glibc);
      expect(testedBuilds().glibcOf(file)).to.equal(glibc);
    }
    expect(compareWithTested('uws_linux_arm64_137.node', directory)).to.equal('untested');
  });

  it('are what package.json allows as Node.js', () => {
    const { engines } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
    expect(engines.node).to.equal(OLDEST_OF_LINE.map((version) => `^${version}`).join(' || '));
    const lines = OLDEST_OF_LINE.map((version) => Number.parseInt(version, 10));
    expect(TESTED_BUILDS.map(({ node }) => node).reverse()).to.deep.equal(lines);
  });

  it('want the newest glibc that a binary names', () => {
    expect(newestGlibcIn(Buffer.from('GLIBC_2.4\0GLIBC_2.38\0GLIBC_2.9\0GLIBC_2.'))).to.equal('2.38');
    expect(newestGlibcIn(Buffer.from('no such thing'))).to.equal(undefined);
    expect(newestGlibcIn(readFileSync(join(packageDirectory() ?? '', 'uws_linux_x64_127.node')))).to.equal(
      '2.38',
    );
  });
});
