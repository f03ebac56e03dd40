// @ts-check
/** What is installed of uWebSockets.js, read from its files: nothing of it is loaded. */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { compareVersions } from './runtime-fault.js';
import { TESTED_BUILDS } from './tested-builds.js';

/** Undefined where it is not installed. */
export function packageDirectory() {
  try {
    return dirname(createRequire(import.meta.url).resolve('uWebSockets.js'));
  } catch {
    return undefined;
  }
}

/**
 * The binaries in a folder of the package, by default in the one that is installed; undefined where none is.
 * @param {string | undefined} directory
 * @returns {import('./runtime-fault.js').Builds | undefined}
 */
export function installedBuilds(directory = packageDirectory()) {
  if (directory === undefined) return undefined;
  const files = readdirSync(directory).filter((name) => /^uws_.*\.node$/.test(name));
  return { files, glibcOf: (file) => newestGlibcIn(readFileSync(join(directory, file))) };
}

/** The version of the package; undefined where it is not installed. */
export function installedVersion() {
  const directory = packageDirectory();
  if (directory === undefined) return undefined;
  /** @type {unknown} */
  const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  const hasVersion = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return hasVersion ? String(manifest.version) : undefined;
}

/**
 * What our lock file installs, for a look before that.
 * @returns {import('./runtime-fault.js').Builds}
 */
export function testedBuilds() {
  return {
    files: TESTED_BUILDS.map(({ file }) => file),
    glibcOf: (name) => TESTED_BUILDS.find(({ file }) => file === name)?.glibc,
  };
}

/**
 * How an installed binary compares with those that were tested.
 * @param {string} file
 * @param {string} directory
 * @returns {'tested' | 'untested' | 'different'} `different` from the tested one of its name
 */
export function compareWithTested(file, directory) {
  const tested = TESTED_BUILDS.find((build) => build.file === file);
  if (tested === undefined) return 'untested';
  const sha256 = createHash('sha256')
    .update(readFileSync(join(directory, file)))
    .digest('hex');
  return sha256 === tested.sha256 ? 'tested' : 'different';
}

const MARK = 'GLIBC_2.';

/**
 * The newest version among the symbols that a binary wants of glibc; undefined if it wants none.
 * @param {Buffer} binary
 * @returns {string | undefined}
 */
export function newestGlibcIn(binary) {
  let newest;
  for (let at = binary.indexOf(MARK); at >= 0; at = binary.indexOf(MARK, at + MARK.length)) {
    const [version = ''] = /^2\.\d+/.exec(binary.toString('latin1', at + 6, at + 14)) ?? [];
    if (version !== '' && (newest === undefined || compareVersions(version, newest) > 0)) newest = version;
  }
  return newest;
}
