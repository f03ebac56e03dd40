/** The browser client as one file: an ES module that imports nothing, for pages and for Node alike. */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { compressFile } from './compress.ts';

const entry = fileURLToPath(new URL('../client/connect.ts', import.meta.url));

/** Writes `orderbell-client.js`, and compressed beside it `.br` and `.gz`, into `outdir`; resolves with its path. */
export async function bundleClient(outdir: string): Promise<string> {
  const outfile = join(outdir, 'orderbell-client.js');
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    minify: true,
    format: 'esm',
    // Classes keep their private fields: browsers from 2021 on have them, and what stands in for them is long.
    target: 'es2022',
    charset: 'utf8',
    banner: { js: '/*! orderbell-client, MIT licence */' },
    logLevel: 'warning',
  });
  await compressFile(outfile);
  return outfile;
}
