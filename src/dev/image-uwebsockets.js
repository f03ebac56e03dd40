// @ts-check
/**
 * What the image build does with uWebSockets.js, before anything is compiled:
 *
 *   node image-uwebsockets.js choose URL INTEGRITY   package.json and the lock file take this archive instead
 *   node image-uwebsockets.js keep [chosen]          only the binary for this machine stays, and must be the tested one
 *
 * An archive that was chosen is held to its integrity by `npm ci`. Its binary is not among the tested ones.
 */

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  compareWithTested,
  installedBuilds,
  packageDirectory,
} from '../platform/runtime/installed-builds.js';
import { machineOf } from '../platform/runtime/machine.js';
import { buildFault, buildFileOf, nodeFault } from '../platform/runtime/runtime-fault.js';

const NAME = 'uWebSockets.js';

/** Of the package, what a running service and our compiler read. */
const KEPT = ['ESM_wrapper.mjs', 'LICENSE', 'index.d.ts', 'package.json', 'source_commit', 'uws.js'];

/**
 * @param {string} url
 * @param {string} integrity
 */
function choose(url, integrity) {
  if (!/^https?:\/\/\S+$/.test(url)) throw new Error(`${url} is not the address of an archive`);
  if (!/^sha(256|384|512)-[A-Za-z0-9+/]+=*$/.test(integrity)) {
    throw new Error('an archive needs its integrity, such as sha512-… in base64');
  }
  rewrite('package.json', (content) => {
    content.dependencies[NAME] = url;
  });
  rewrite('package-lock.json', ({ packages }) => {
    packages[''].dependencies[NAME] = url;
    packages[`node_modules/${NAME}`] = { resolved: url, integrity };
  });
}

/**
 * @param {string} file
 * @param {(content: any) => void} change
 */
function rewrite(file, change) {
  const content = JSON.parse(readFileSync(file, 'utf8'));
  change(content);
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
}

/** @param {boolean} isChosen whether the archive was chosen for this image */
function keep(isChosen) {
  const machine = machineOf(process);
  const directory = packageDirectory();
  const fault = nodeFault(machine) ?? buildFault(machine, installedBuilds(directory));
  if (fault !== undefined || directory === undefined) throw new Error(`${fault?.says}: ${fault?.todo}`);
  const ours = buildFileOf(machine);
  const origin = compareWithTested(ours, directory);
  if (origin !== 'tested' && !isChosen) {
    throw new Error(`${ours} is not the build that was tested: see src/platform/runtime/tested-builds.js`);
  }
  for (const name of readdirSync(directory)) {
    if (name !== ours && !KEPT.includes(name)) rmSync(join(directory, name), { recursive: true });
  }
  console.log(`${ours}: ${origin === 'tested' ? 'the tested build' : 'chosen for this image, not tested'}`);
}

const [what, ...rest] = process.argv.slice(2);
try {
  if (what === 'choose') choose(rest[0] ?? '', rest[1] ?? '');
  else keep(rest[0] === 'chosen');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
