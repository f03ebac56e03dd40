/** The repository's lint rules on sources that a test makes up. */

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../../', import.meta.url));

/** The names of the rules that each file breaks, once each, by its path. */
export function lintSources(sources: Readonly<Record<string, string>>): Map<string, Set<string>> {
  const directory = mkdtempSync(join(tmpdir(), 'orderbell-lint-'));
  try {
    copyRules(directory);
    for (const [path, text] of Object.entries(sources)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), `${text}\n`);
    }
    return brokenRules(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Biome looks for ignored files by Git, which knows nothing of the directory. */
function copyRules(directory: string): void {
  for (const name of ['biome.rooms.json', 'package.json']) {
    copyFileSync(join(repository, name), join(directory, name));
  }
  const { $schema: _, ...rules } = JSON.parse(readFileSync(join(repository, 'biome.json'), 'utf8'));
  writeFileSync(join(directory, 'biome.json'), JSON.stringify({ ...rules, vcs: { enabled: false } }));
}

function brokenRules(directory: string): Map<string, Set<string>> {
  const biome = join(repository, 'node_modules/.bin/biome');
  const options = ['lint', '--reporter=github', '--max-diagnostics=none', '.'];
  const { status, stdout, stderr } = spawnSync(biome, options, { cwd: directory, encoding: 'utf8' });
  if (status !== 0 && status !== 1) throw new Error(`Biome ended with ${status}: ${stderr}`);
  const rulesOf = new Map<string, Set<string>>();
  for (const [, rule = '', file = ''] of stdout.matchAll(/^::\w+ title=lint\/\w+\/(\w+),file=([^,]+)/gm)) {
    const path = file.slice(file.indexOf('src/'));
    rulesOf.set(path, (rulesOf.get(path) ?? new Set()).add(rule));
  }
  return rulesOf;
}
