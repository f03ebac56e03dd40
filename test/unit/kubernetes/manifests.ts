/** The manifests below config/kubernetes as they are written: documents, kustomizations, and what both are about. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { at, list, text, type Yaml } from './yaml.ts';

export const DIRECTORY = fileURLToPath(new URL('../../../config/kubernetes', import.meta.url));

export interface Manifest {
  /** Below `config/kubernetes`. */
  file: string;
  apiVersion: string;
  kind: string;
  name: string;
  content: { [key: string]: Yaml };
}

/** All that a cluster is given: every document but the kustomizations and their patches. */
export function readManifests(): Manifest[] {
  return yamlFiles()
    .filter((file) => !isKustomization(file) && !patchFiles().includes(file))
    .flatMap((file) => read(file).map((content) => toManifest(file, content)));
}

export interface Kustomization {
  file: string;
  content: { [key: string]: Yaml };
  /** The files and folders that it names, below `config/kubernetes`. */
  names: string[];
}

export function readKustomizations(): Kustomization[] {
  return yamlFiles()
    .filter(isKustomization)
    .map((file) => {
      const [content = {}] = read(file);
      const patches = list(content.patches).flatMap((patch) => text(at(patch, 'path')) ?? []);
      const named = [...list(content.resources), ...list(content.components), ...patches].flatMap(
        (name) => text(name) ?? [],
      );
      return { file, content, names: named.map((name) => join(dirname(file), name)) };
    });
}

export function exists(name: string): boolean {
  const path = join(DIRECTORY, name);
  return existsSync(join(path, 'kustomization.yaml')) || (path.endsWith('.yaml') && existsSync(path));
}

export function yamlFiles(): string[] {
  return readdirSync(DIRECTORY, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.yaml'))
    .map((entry) => relative(DIRECTORY, join(entry.parentPath, entry.name)))
    .sort();
}

function patchFiles(): string[] {
  return readKustomizations().flatMap(({ file, content }) =>
    list(content.patches).flatMap((patch) => {
      const path = text(at(patch, 'path'));
      return path === undefined ? [] : [join(dirname(file), path)];
    }),
  );
}

function isKustomization(file: string): boolean {
  return file.endsWith('kustomization.yaml');
}

function read(file: string): { [key: string]: Yaml }[] {
  return parseAllDocuments(readFileSync(join(DIRECTORY, file), 'utf8')).map((document) => {
    if (document.errors.length > 0) throw new Error(`${file}: ${document.errors[0]?.message}`);
    return document.toJS();
  });
}

function toManifest(file: string, content: { [key: string]: Yaml }): Manifest {
  const [apiVersion, kind, name] = [content.apiVersion, content.kind, at(content.metadata, 'name')].map(text);
  if (apiVersion === undefined || kind === undefined || name === undefined) {
    throw new Error(`${file}: a document without apiVersion, kind or name`);
  }
  return { file, apiVersion, kind, name, content };
}
