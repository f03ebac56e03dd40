/**
 * Where each setting comes from. Guarantees that no secret is in what it returns, and that it says all that is wrong,
 * also where the service would not start.
 */

import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { anonymityFaults } from '../config/access.ts';
import { type Setting, settings } from '../config/config.ts';
import { layConfig } from '../config/load.ts';
import { messageOf } from '../platform/errors.ts';
import { closestName } from './closest-name.ts';
import { maskSecrets } from './mask-secrets.ts';

export interface ExplainedSetting {
  key: string;
  /** As it is in force, secrets masked. */
  value: unknown;
  source: 'default' | 'file' | 'variable';
  /** The file or the variable. */
  from?: string;
  /** What is wrong with it. */
  fault?: string;
}

export interface ExplainedConfig {
  settings: ExplainedSetting[];
  /** What is wrong besides: a file that is no JSON, or has a key that the schema has not. */
  faults: string[];
  /** Variables that look like ours and set nothing. */
  warnings: string[];
}

type Env = Record<string, string | undefined>;

export function explainConfig(env: Env): ExplainedConfig {
  const { convicted, files, load, faults } = layConfig(env);
  const layers = files.map(readLayer);
  const broken = layers.flatMap(({ fault }) => fault ?? []);
  if (broken.length === 0) load();
  const values = convicted.getProperties();
  const unsound = faults();
  const wrong = unsound.length > 0 ? unsound : anonymityFaults(values);
  const explained = settings.map((setting): ExplainedSetting => {
    const { key, variable, sensitive } = setting;
    const source = sourceOf(setting, env, layers);
    const fault = wrong.find((line) => isOf(key, line));
    if (fault === undefined) return { key, value: maskSecrets(at(values, key), sensitive), ...source };
    // As it was written: what was made of it may be no more than `NaN`.
    const value = maskSecrets(env[variable] ?? at(values, key), sensitive);
    return { key, value, ...source, fault: fault.slice(key.length + 2).replace(/: value was .*$/s, '') };
  });
  const ofNoKey = (line: string) => !settings.some(({ key }) => isOf(key, line));
  return {
    settings: explained,
    faults: [...broken, ...wrong.filter(ofNoKey)],
    warnings: strangersIn(env),
  };
}

function isOf(key: string, fault: string): boolean {
  return fault.startsWith(`${key}: `);
}

interface Layer {
  /** As an operator would name it, `config/test.json`. */
  name: string;
  content: unknown;
  fault?: string;
}

function readLayer(file: string): Layer {
  const name = `config/${basename(file)}`;
  try {
    return { name, content: JSON.parse(readFileSync(file, 'utf8')) };
  } catch (error) {
    return { name, content: {}, fault: `${name}: ${messageOf(error)}` };
  }
}

function sourceOf(
  { key, variable }: Setting,
  env: Env,
  layers: readonly Layer[],
): Pick<ExplainedSetting, 'source' | 'from'> {
  if (env[variable] !== undefined) return { source: 'variable', from: variable };
  const layer = layers.findLast(({ content }) => at(content, key) !== undefined);
  return layer === undefined ? { source: 'default' } : { source: 'file', from: layer.name };
}

/** What lies under a key such as `http.port`. */
function at(content: unknown, key: string): unknown {
  let inner: unknown = content;
  for (const word of key.split('.')) {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, word)) return undefined;
    inner = Reflect.get(inner, word);
  }
  return inner;
}

/** What others put into an environment under names that begin like ours: proxies, and Kubernetes for its services. */
const OTHERS = /^HTTP_PROXY$|_SERVICE_(HOST|PORT)|_PORT(_\d+_(TCP|UDP).*)?$/;

function strangersIn(env: Env): string[] {
  const known = settings.map(({ variable }) => variable);
  const prefixes = new Set(settings.map(({ key }) => `${key.split('.')[0]?.toUpperCase()}_`));
  return Object.keys(env)
    .filter((name) => [...prefixes].some((prefix) => name.startsWith(prefix)))
    .filter((name) => !known.includes(name) && !OTHERS.test(name))
    .map((name) => {
      const close = closestName(name, known);
      return `${name} sets nothing${close === undefined ? '' : `: did you mean ${close}?`}`;
    });
}
