/**
 * Builds the merchant console: bundled, with a hash of its contents in each name, and compressed beside. Guarantees that
 * what is built for production holds nothing of the demo panel, which has an entry of its own.
 */

import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';
import { compressFiles } from './compress.ts';
import { ICONS, manifestWith } from './console-manifest.ts';

export interface ConsoleOptions {
  /** Becomes what the service serves; what was there before goes. */
  directory: string;
  /** For development: with the demo panel, readable, and with maps to the sources. */
  demo: boolean;
}

const SOURCES = fileURLToPath(new URL('../console/', import.meta.url));
const ENTRIES = ['main.ts', 'timers/timer-worker.ts', 'style/console.css', 'favicon.svg', ...ICONS];
const DEMO_ENTRIES = ['demo/demo.ts', 'demo/demo.css'];

/** Browsers that have `<dialog>`, and nothing newer. */
const BROWSERS = ['chrome105', 'firefox110', 'safari16'];

export async function buildConsole({ directory, demo }: ConsoleOptions): Promise<void> {
  const assets = join(directory, 'assets');
  await rm(directory, { recursive: true, force: true });
  await mkdir(assets, { recursive: true });
  const { outputs } = await bundleAssets(assets, demo);
  const nameOf = outputNames(outputs, assets);
  const index = withPreloads(await readFile(join(SOURCES, 'index.html'), 'utf8'), outputs);
  const version = versionOf(withOutputs(index, nameOf));
  const put = (name: string, html: string) =>
    writeFile(
      join(directory, name),
      withOutputs(html, nameOf).replace('name="build" content=""', `name="build" content="${version}"`),
    );
  await put('index.html', index);
  if (demo) await put('demo.html', withDemo(index));
  const names = [...nameOf.values()].filter((name) => !name.startsWith('demo'));
  const shell = { build: version, files: names.map((name) => `console/${name}`) };
  await buildServiceWorker(directory, demo, shell);
  await writeFile(join(directory, 'manifest.json'), JSON.stringify(manifestWith(nameOf)));
  await compressFiles(directory);
  await compressFiles(assets);
}

type Outputs = Metafile['outputs'];

async function bundleAssets(outdir: string, demo: boolean): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: SOURCES,
    entryPoints: demo ? [...ENTRIES, ...DEMO_ENTRIES] : ENTRIES,
    outdir,
    entryNames: '[name]-[hash]',
    chunkNames: 'part-[hash]',
    assetNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    target: BROWSERS,
    loader: { '.svg': 'copy', '.png': 'copy' },
    charset: 'utf8',
    legalComments: 'none',
    minify: !demo,
    sourcemap: demo ? 'inline' : false,
    metafile: true,
    logLevel: 'warning',
  });
  return metafile;
}

/** What the page's script has in parts comes with it, and not a turn later. What is loaded on demand does not. */
function withPreloads(index: string, outputs: Outputs): string {
  const main = Object.values(outputs).find(({ entryPoint }) => entryPoint === 'main.ts');
  const links = partsOf(main, outputs).map((part) => `<link rel="modulepreload" href="./${part}" />`);
  return index.replace('  </head>', `${links.map((link) => `    ${link}\n`).join('')}  </head>`);
}

/** By the first source in each. A script's parts name their own in turn. */
function partsOf(output: Outputs[string] | undefined, outputs: Outputs): string[] {
  const found = new Set<string>();
  for (const { path, kind } of output?.imports ?? []) {
    if (kind !== 'import-statement') continue;
    const [source] = Object.keys(outputs[path]?.inputs ?? {});
    for (const part of [source, ...partsOf(outputs[path], outputs)]) if (part !== undefined) found.add(part);
  }
  return [...found];
}

function withDemo(index: string): string {
  const links = [
    '<link rel="stylesheet" href="./demo/demo.css" />',
    '<script type="module" src="./demo/demo.ts"></script>',
  ];
  return index.replace('  </head>', `${links.map((link) => `    ${link}\n`).join('')}  </head>`);
}

/** Without a hash in its name: a browser asks for it again under the name that it was registered by. */
async function buildServiceWorker(
  directory: string,
  demo: boolean,
  shell: { build: string; files: readonly string[] },
): Promise<void> {
  await build({
    entryPoints: [join(SOURCES, 'push/service-worker.ts')],
    outfile: join(directory, 'service-worker.js'),
    define: { SHELL: JSON.stringify(shell) },
    bundle: true,
    format: 'iife',
    target: BROWSERS,
    charset: 'utf8',
    legalComments: 'none',
    minify: !demo,
    logLevel: 'warning',
  });
}

/** The page names all its files, each with a hash of what is in it. */
function versionOf(index: string): string {
  return createHash('sha256').update(index).digest('base64url').slice(0, 12);
}

/** From an entry, as the index names it, to the name of what became of it. */
function outputNames(outputs: Outputs, assets: string): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const [path, { entryPoint, inputs }] of Object.entries(outputs)) {
    const [only] = Object.keys(inputs);
    const source = entryPoint ?? only;
    if (source !== undefined) names.set(source, relative(assets, join(SOURCES, path)));
  }
  return names;
}

function withOutputs(html: string, nameOf: ReadonlyMap<string, string>): string {
  return html.replace(/(href|src|content)="\.\/([^"]+)"/g, (_, attribute: string, source: string) => {
    const name = nameOf.get(source);
    if (name === undefined) throw new Error(`index.html names ${source}, which is not built`);
    return `${attribute}="console/${name}"`;
  });
}
