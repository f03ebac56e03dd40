/** What the published models of Kubernetes, KEDA and the Prometheus operator say of a manifest. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Manifest } from './manifests.ts';

const PACKAGES: Record<string, string> = {
  'keda.sh': '@kubernetes-models/keda',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
};
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const require = createRequire(import.meta.url);

interface Model {
  validate(): void;
}

/** Values that the schema refuses and what it requires: one line, or undefined if all is well. It takes unknown fields. */
export function valueFault(manifest: Manifest): string | undefined {
  const Model: new (content: object) => Model = require(moduleOf(manifest))[manifest.kind];
  try {
    new Model(manifest.content).validate();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * Fields that the types do not know, which the API server would drop: the lines of the compiler about them. Each manifest
 * becomes a literal of its type in a file below the project, from where the types are found.
 */
export function fieldFaults(manifests: readonly Manifest[]): string[] {
  mkdirSync(join(ROOT, '.local'), { recursive: true });
  const dir = mkdtempSync(join(ROOT, '.local', 'manifests-'));
  try {
    const files = manifests.map((manifest, index) => {
      const file = join(dir, `${index}-${manifest.kind}.ts`);
      writeFileSync(
        file,
        [
          `import type { I${manifest.kind} } from '${moduleOf(manifest)}';`,
          `export const manifest: I${manifest.kind} = ${JSON.stringify(manifest.content, null, 2)};`,
          '',
        ].join('\n'),
      );
      return file;
    });
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--ignoreConfig', '--types', 'node'];
    const modules = ['--module', 'esnext', '--moduleResolution', 'bundler', '--target', 'es2023'];
    const compiler = join(ROOT, 'node_modules', '.bin', 'tsc');
    const { stdout, error } = spawnSync(compiler, [...options, ...modules, ...files], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    if (error !== undefined) throw error;
    return stdout.split('\n').filter((line) => line.includes('error TS'));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function moduleOf({ apiVersion, kind }: Manifest): string {
  const group = apiVersion.split('/')[0] ?? '';
  return `${PACKAGES[group] ?? 'kubernetes-models'}/${apiVersion}/${kind}`;
}
