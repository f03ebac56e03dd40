/**
 * The browser client as one file: an ES module that imports nothing, for pages and for Node alike. Beside it lies the script
 * for old front ends.
 */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { compressFile } from './compress.ts';

const sourceOf = (name: string) => fileURLToPath(new URL(`../client/${name}`, import.meta.url));

/** Writes `orderbell-client.js`, and compressed beside it `.br` and `.gz`, into `outdir`; resolves with its path. */
export async function bundleClient(outdir: string): Promise<string> {
  const outfile = join(outdir, 'orderbell-client.js');
  await bundle('connect.ts', outfile, 'esm');
  return outfile;
}

/** Writes `reconnect.js`, and compressed beside it, into `outdir`; resolves with its path. */
export async function bundleReconnect(outdir: string): Promise<string> {
  const outfile = join(outdir, 'reconnect.js');
  await bundle('reconnect.ts', outfile, 'iife');
  return outfile;
}

async function bundle(name: string, outfile: string, format: 'esm' | 'iife'): Promise<void> {
  await build({
    entryPoints: [sourceOf(name)],
    outfile,
    bundle: true,
    minify: true,
    format,
    // Classes keep their private fields: browsers from 2021 on have them, and what stands in for them is long.
    target: 'es2022',
    charset: 'utf8',
    banner: { js: '/*! orderbell-client, MIT licence */' },
    logLevel: 'warning',
  });
  await compressFile(outfile);
}
