/**
 * Where each setting comes from. Guarantees that no secret is in what it returns, and that it names all that is wrong,
 * also where the service would not start.
 */

import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { anonymityFaults } from '../config/access.ts';
import { type Setting, settings } from '../config/config.ts';
import { layConfig } from '../config/load.ts';
import { type Env, fileVariableOf } from '../config/secret-files.ts';
import { strangersIn } from '../config/strangers.ts';
import { messageOf } from '../platform/errors.ts';
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

export function explainConfig(given: Env, file?: string): ExplainedConfig {
  const { convicted, files, env, load, faults } = layConfig(given, file);
  const layers = files.map((path) => readLayer(path, path === file ? path : `config/${basename(path)}`));
  const broken = layers.flatMap(({ fault }) => fault ?? []);
  if (broken.length === 0) load();
  const values = convicted.getProperties();
  const unsound = faults();
  const wrong = unsound.length > 0 ? unsound : anonymityFaults(values);
  const explained = settings.map((setting): ExplainedSetting => {
    const { key, variable, sensitive } = setting;
    const source = sourceOf(setting, given, layers);
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
    warnings: strangersIn(given),
  };
}

function isOf(key: string, fault: string): boolean {
  return fault.startsWith(`${key}: `);
}

interface Layer {
  name: string;
  content: unknown;
  fault?: string;
}

/** `name` is as an operator would name it, `config/test.json`. */
function readLayer(file: string, name: string): Layer {
  try {
    return { name, content: JSON.parse(readFileSync(file, 'utf8')) };
  } catch (error) {
    return { name, content: {}, fault: `${name}: ${messageOf(error)}` };
  }
}

function sourceOf(
  { key, variable, sensitive }: Setting,
  env: Env,
  layers: readonly Layer[],
): Pick<ExplainedSetting, 'source' | 'from'> {
  if (sensitive && env[fileVariableOf(variable)])
    return { source: 'variable', from: fileVariableOf(variable) };
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
