/** A directory for local servers that a test makes and removes. */

import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPrograms, missingPrograms } from '../../src/dev/programs.ts';

export interface LocalDir {
  path: string;
  remove(): void;
}

/** Other users may pass through it, since root has Postgres run by another user. */
export function createLocalDir(): LocalDir {
  const path = mkdtempSync(join(tmpdir(), 'orderbell-dev-'));
  chmodSync(path, 0o711);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Whether private instances can be started here without installing anything. */
export function havePrograms(): boolean {
  return missingPrograms(findPrograms(), ['postgres', 'rabbitmq']).length === 0;
}
