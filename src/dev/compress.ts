/** Compresses what was built, once and as well as can be, so that serving it costs nothing. */

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** What is text, and is served. */
const SERVED = ['.html', '.js', '.css', '.svg'];

const toBrotli = promisify(brotliCompress);
const toGzip = promisify(gzip);

/** Beside each file of a directory that is served, `.br` and `.gz`, where they are smaller. */
export async function compressFiles(directory: string): Promise<void> {
  const names = await readdir(directory);
  const served = names.filter((name) => SERVED.includes(extname(name)));
  await Promise.all(served.map((name) => compressFile(join(directory, name))));
}

/** The same of one file. */
export async function compressFile(path: string): Promise<void> {
  const bytes = await readFile(path);
  const brotli = { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } };
  const compressed = { br: await toBrotli(bytes, brotli), gz: await toGzip(bytes, { level: 9 }) };
  for (const [suffix, smaller] of Object.entries(compressed)) {
    if (smaller.length < bytes.length) await writeFile(`${path}.${suffix}`, smaller);
  }
}
