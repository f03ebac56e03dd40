/**
 * Makes `dist/client` the package `orderbell-client`: the bundle, its types, a README and the licence, and no dependency.
 * The compiler has put the types of every source of the client, and of what they import, under `types/` before.
 */

import { copyFile, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { join, posix, relative } from 'node:path';

const ENTRY = 'client/connect.d.ts';
const BUNDLE = 'orderbell-client.js';

/** What only someone reads who has the sources: its links lead to them. */
const OF_THE_SOURCES = ['Files in reading order', 'How to change it'];

export interface ClientPackageOptions {
  /** Of this repository. */
  root: string;
  /** Where the bundle and the types lie. */
  directory: string;
}

export async function writeClientPackage({ root, directory }: ClientPackageOptions): Promise<void> {
  const { version, license } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  await keepReachable(join(directory, 'types'));
  const manifest = {
    name: 'orderbell-client',
    version,
    description: 'Connects a page to the bell of its shop: every alert once and in order, through any cut.',
    license,
    type: 'module',
    sideEffects: false,
    main: `./${BUNDLE}`,
    types: `./types/${ENTRY}`,
    exports: {
      '.': { types: `./types/${ENTRY}`, default: `./${BUNDLE}` },
      './package.json': './package.json',
    },
    files: [BUNDLE, 'types'],
    // Only a workflow can sign its provenance: from anywhere else npm refuses to publish.
    publishConfig: { access: 'public', provenance: true },
  };
  await writeFile(join(directory, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const readme = await readFile(join(root, 'src/client/README.md'), 'utf8');
  await writeFile(join(directory, 'README.md'), withoutSections(readme, OF_THE_SOURCES));
  await copyFile(join(root, 'LICENSE'), join(directory, 'LICENSE'));
}

/** Leaves of the types what the entry imports, directly or not, and has them import each other by names that all know. */
async function keepReachable(types: string): Promise<void> {
  const reached = new Set<string>();
  const waiting = [ENTRY];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    const text = await readFile(join(types, file), 'utf8');
    for (const [, imported = ''] of text.matchAll(RELATIVE_IMPORT)) {
      waiting.push(posix.join(posix.dirname(file), imported.replace(/\.ts$/, '.d.ts')));
    }
    await writeFile(
      join(types, file),
      text.replace(RELATIVE_IMPORT, (whole) => whole.replace(/\.ts'$/, ".js'")),
    );
  }
  for (const file of await readdir(types, { recursive: true, withFileTypes: true })) {
    const path = join(file.parentPath, file.name);
    if (file.isFile() && !reached.has(relative(types, path).replaceAll('\\', '/'))) await rm(path);
  }
  await removeEmpty(types);
}

/** As the compiler writes it: `from './types.ts'`, `import('../protocol/frames.ts')`. */
const RELATIVE_IMPORT = /(?:from |import\()'(\.[^']+\.ts)'/g;

async function removeEmpty(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const inner = join(directory, entry.name);
    await removeEmpty(inner);
    if ((await readdir(inner)).length === 0) await rmdir(inner);
  }
}

/** A section begins with its heading of the second level. Throws where one of the titles is missing. */
export function withoutSections(markdown: string, titles: readonly string[]): string {
  const sections = markdown.split(/^(?=## )/m);
  const isOut = (section: string) => titles.some((title) => section.startsWith(`## ${title}\n`));
  const kept = sections.filter((section) => !isOut(section));
  if (sections.length - kept.length !== titles.length) {
    throw new Error(`the README of the client has not all of: ${titles.join(', ')}`);
  }
  return `${kept.join('').trimEnd()}\n`;
}
