/** What one durable write costs on this disk: the floor under every committed batch. */

import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { median } from './statistics.ts';

const WRITES = 200;

/** The median of 200 writes of 8 kB, each with its fdatasync, to a file in `dir`. */
export function fsyncMillis(dir: string): number {
  const path = join(dir, 'fsync');
  const file = openSync(path, 'w');
  const block = Buffer.alloc(8192);
  const times = Array.from({ length: WRITES }, () => {
    const started = performance.now();
    writeSync(file, block);
    fdatasyncSync(file);
    return performance.now() - started;
  });
  closeSync(file);
  rmSync(path);
  return median(times);
}
