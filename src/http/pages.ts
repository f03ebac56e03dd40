/**
 * The built pages, read once at the start: afterwards no request touches a disk, and no path from outside ever names a
 * file. Beside `x` lie `x.br` and `x.gz`, where compressing made it smaller.
 */

import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Encoding } from './negotiation.ts';

export interface Asset {
  contentType: string;
  /** Without quotes; each encoding adds its name to it. */
  tag: string;
  plain: Uint8Array;
  /** The smallest first. */
  encoded: readonly { encoding: Encoding; bytes: Uint8Array }[];
}

/** What was built; undefined or empty where it was not. */
export interface Pages {
  index: Asset | undefined;
  /** By their names, which hold a hash of what is in them. */
  assets: ReadonlyMap<string, Asset>;
  /** The console's, which keeps the page and shows what Web Push brings. */
  serviceWorker: Asset | undefined;
  /** What the console is installed by, without its shop and language. */
  manifest: Asset | undefined;
  /** The client library for other pages. */
  client: Asset | undefined;
  /** The script for old front ends. */
  reconnect: Asset | undefined;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/manifest+json',
};

const SUFFIX: Readonly<Record<Encoding, string>> = { br: '.br', gzip: '.gz' };

export interface LoadOptions {
  /** Takes the index with the demo panel, which only a build for development has. */
  demo: boolean;
}

/** Reads `console/` and `client/` of `directory`; whatever is missing there is missing in what it resolves with. */
export async function loadPages(directory: string, { demo }: LoadOptions): Promise<Pages> {
  const console = join(directory, 'console');
  const index = demo ? await load(console, 'demo.html') : undefined;
  const assets = new Map<string, Asset>();
  for (const name of await list(join(console, 'assets'))) {
    if (name.startsWith('demo') && !demo) continue;
    const asset = await load(join(console, 'assets'), name);
    if (asset !== undefined) assets.set(name, asset);
  }
  return {
    index: index ?? (await load(console, 'index.html')),
    assets,
    serviceWorker: await load(console, 'service-worker.js'),
    manifest: await load(console, 'manifest.json'),
    client: await load(join(directory, 'client'), 'orderbell-client.js'),
    reconnect: await load(join(directory, 'client'), 'reconnect.js'),
  };
}

/** Undefined for what is not there, or of no type that we serve. */
async function load(directory: string, name: string): Promise<Asset | undefined> {
  const contentType = CONTENT_TYPES[extname(name)];
  const plain = contentType === undefined ? undefined : await read(join(directory, name));
  if (contentType === undefined || plain === undefined) return undefined;
  const encoded: { encoding: Encoding; bytes: Uint8Array }[] = [];
  for (const encoding of ['br', 'gzip'] as const) {
    const bytes = await read(join(directory, name + SUFFIX[encoding]));
    if (bytes !== undefined) encoded.push({ encoding, bytes });
  }
  const tag = createHash('sha256').update(plain).digest('base64url').slice(0, 22);
  return { contentType, tag, plain, encoded };
}

async function list(directory: string): Promise<string[]> {
  return (await unlessMissing(readdir(directory))) ?? [];
}

function read(path: string): Promise<Uint8Array | undefined> {
  return unlessMissing(readFile(path));
}

async function unlessMissing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
