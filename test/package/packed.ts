/** What is published, packed as `npm pack` does, and projects in an empty folder that install it. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mustRun } from '../../src/dev/command.ts';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Packed {
  /** The archive. */
  file: string;
  /** The paths in it. */
  paths: string[];
  /** Of the archive, compressed. */
  bytes: number;
}

let built: Promise<string> | undefined;

/** Builds once a run. `directory` is relative to the repository. */
export async function pack(directory: string, into: string): Promise<Packed> {
  built ??= mustRun('npm', ['run', '--silent', 'build'], { cwd: ROOT });
  await built;
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', into];
  const answer: unknown = JSON.parse(await mustRun('npm', args, { cwd: join(ROOT, directory) }));
  const [packed] = Object.values(answer as Record<string, NpmPacked>);
  if (packed === undefined) throw new Error('npm pack said nothing');
  return {
    file: join(into, packed.filename),
    paths: packed.files.map(({ path }) => path).sort(),
    bytes: packed.size,
  };
}

interface NpmPacked {
  filename: string;
  size: number;
  files: { path: string }[];
}

/** A folder outside the repository, so that nothing of the repository is found from it. */
export function createFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'orderbell-package-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Writes a project and installs the archives into it. */
export async function createProject(
  path: string,
  files: Record<string, string>,
  archives: string[],
): Promise<void> {
  const manifest = { private: true, type: 'module' };
  for (const [name, content] of Object.entries({ 'package.json': JSON.stringify(manifest), ...files })) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), content);
  }
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts'];
  await mustRun('npm', ['install', ...quiet, ...archives], { cwd: path });
}
