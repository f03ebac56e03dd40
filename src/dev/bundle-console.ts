/**
 * Builds the merchant console: bundled, with a hash of its contents in each name, and compressed beside. Guarantees that
 * what is built for production holds nothing of the demo panel, which has an entry of its own.
 */

import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { build, type Metafile } from 'esbuild';

export interface ConsoleOptions {
  /** Becomes what the service serves; what was there before goes. */
  directory: string;
  /** For development: with the demo panel, readable, and with maps to the sources. */
  demo: boolean;
}

const SOURCES = fileURLToPath(new URL('../console/', import.meta.url));
const ENTRIES = ['main.ts', 'style/console.css', 'favicon.svg'];
const DEMO_ENTRIES = ['demo/demo.ts', 'demo/demo.css'];

/** Browsers that have `<dialog>`, and nothing newer. */
const BROWSERS = ['chrome105', 'firefox110', 'safari16'];

export async function buildConsole({ directory, demo }: ConsoleOptions): Promise<void> {
  const assets = join(directory, 'assets');
  await rm(directory, { recursive: true, force: true });
  await mkdir(assets, { recursive: true });
  const entries = demo ? [...ENTRIES, ...DEMO_ENTRIES] : ENTRIES;
  const { metafile } = await build({
    absWorkingDir: SOURCES,
    entryPoints: entries,
    outdir: assets,
    entryNames: '[name]-[hash]',
    chunkNames: 'part-[hash]',
    assetNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    target: BROWSERS,
    loader: { '.svg': 'copy' },
    charset: 'utf8',
    legalComments: 'none',
    minify: !demo,
    sourcemap: demo ? 'inline' : false,
    metafile: true,
    logLevel: 'warning',
  });
  const nameOf = outputNames(metafile, assets);
  const index = await readFile(join(SOURCES, 'index.html'), 'utf8');
  await writeFile(join(directory, 'index.html'), withOutputs(index, nameOf));
  if (demo) {
    const links = [
      '<link rel="stylesheet" href="./demo/demo.css" />',
      '<script type="module" src="./demo/demo.ts"></script>',
    ];
    const page = index.replace('  </head>', `${links.map((link) => `    ${link}\n`).join('')}  </head>`);
    await writeFile(join(directory, 'demo.html'), withOutputs(page, nameOf));
  }
  await compress(directory);
  await compress(assets);
}

/** From an entry, as the index names it, to the name of what became of it. */
function outputNames({ outputs }: Metafile, assets: string): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const [path, { entryPoint, inputs }] of Object.entries(outputs)) {
    const [only] = Object.keys(inputs);
    const source = entryPoint ?? only;
    if (source !== undefined) names.set(source, relative(assets, join(SOURCES, path)));
  }
  return names;
}

function withOutputs(html: string, nameOf: ReadonlyMap<string, string>): string {
  return html.replace(/(href|src)="\.\/([^"]+)"/g, (_, attribute: string, source: string) => {
    const name = nameOf.get(source);
    if (name === undefined) throw new Error(`index.html names ${source}, which is not built`);
    return `${attribute}="console/${name}"`;
  });
}

/** Beside each file of a directory, `.br` and `.gz`, where they are smaller. */
async function compress(directory: string): Promise<void> {
  const entries = await readdir(directory, { withFileTypes: true });
  await Promise.all(
    entries.filter((entry) => entry.isFile()).map((entry) => compressFile(join(directory, entry.name))),
  );
}

const toBrotli = promisify(brotliCompress);
const toGzip = promisify(gzip);

async function compressFile(path: string): Promise<void> {
  const bytes = await readFile(path);
  const brotli = { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } };
  const compressed = { br: await toBrotli(bytes, brotli), gz: await toGzip(bytes, { level: 9 }) };
  for (const [suffix, smaller] of Object.entries(compressed)) {
    if (smaller.length < bytes.length) await writeFile(`${path}.${suffix}`, smaller);
  }
}
