/** The pages as a production build has them, in a directory of their own. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundlePages } from '../../../src/dev/bundle-pages.ts';

export interface BuiltPages {
  directory: string;
  remove(): void;
}

export async function buildPages({ demo = false } = {}): Promise<BuiltPages> {
  const directory = mkdtempSync(join(tmpdir(), 'orderbell-pages-'));
  await bundlePages({ directory, demo });
  return { directory, remove: () => rmSync(directory, { recursive: true }) };
}
