/**
 * Loading the configuration: `config/default.json`, then `config/<NODE_ENV>.json`, then a file of the operator's, then the
 * environment, where secrets may come from files. The result is complete, checked and frozen. A wrong value is one clear
 * line before anything starts.
 */

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import convict from 'convict';
import { AppError, messageOf } from '../platform/errors.ts';
import { accessFaults, anonymityFaults } from './access.ts';
import { type Config, schema, settings } from './config.ts';
import { type Env, readSecretFiles } from './secret-files.ts';
import { escalationFaults } from './sections/escalation.ts';

/** The layers of the configuration laid over each other, not checked yet. `file` is the operator's own, over ours. */
export function layConfig(given: Env, file?: string) {
  const secrets = readSecretFiles(given);
  const convicted = convict(schema, { env: secrets.env as NodeJS.ProcessEnv, args: [] });
  const ours = ['default', convicted.get('env')].map(configFile).filter((path) => existsSync(path));
  const files = file === undefined ? ours : [...ours, file];
  return {
    /** The values so far, without the files before `load`. */
    convicted,
    /** Paths, the later over the earlier. */
    files,
    /** The variables, with the secrets that were read from files. */
    env: secrets.env,
    /** Lays the files over the defaults. Throws if one is missing or no JSON. */
    load: () => convicted.loadFile(files),
    /** One line for each thing that is wrong, `key: rule` where it is a key's. */
    faults() {
      const found = faultsOf(() => convicted.validate({ allowed: 'strict' }));
      // A secret whose file cannot be used is missing as well: the file is the reason.
      const hasOwn = (fault: string) => secrets.faults.some((one) => keyOf(one) === keyOf(fault));
      const faults = [...secrets.faults, ...found.filter((fault) => !hasOwn(fault))];
      if (faults.length > 0) return faults;
      const values = convicted.getProperties();
      return [...accessFaults(values), ...escalationFaults(values.escalation)];
    },
  };
}

function keyOf(fault: string): string {
  return fault.split(':')[0] ?? '';
}

function faultsOf(check: () => void): string[] {
  try {
    check();
    return [];
  } catch (error) {
    return messageOf(error).split('\n');
  }
}

/**
 * Reads and checks the configuration. Throws `config-invalid`, naming every wrong key, its variable and its rule.
 * `env` is what to read variables from: the process's own at the edge, a test's elsewhere. `file` is laid over ours.
 */
export function loadConfig(env: Env, file?: string): Config {
  const { convicted, load, faults } = layConfig(env, file);
  refuse([...faultsOf(load), ...faults()]);
  return deepFreeze(convicted.getProperties());
}

/** Throws `config-invalid` where the service must not start, although a command that opens no port may run. */
export function assertServable(config: Config): void {
  refuse(anonymityFaults(config));
}

function refuse(faults: readonly string[]): void {
  if (faults.length === 0) return;
  const lines = faults.map(withVariable).join('; ');
  throw new AppError('config-invalid', `the configuration is not valid: ${lines}`);
}

/** `amqp.url: …` becomes `amqp.url (AMQP_URL): …`. */
function withVariable(fault: string): string {
  const [key = '', ...rest] = fault.split(':');
  const setting = settings.find((one) => one.key === key);
  return setting === undefined ? fault : [`${key} (${setting.variable})`, ...rest].join(':');
}

/** `config/` lies beside `src/`, and beside `dist/` once built. */
function configFile(name: string): string {
  const root = import.meta.url.endsWith('.ts') ? '../../' : '../../../';
  return fileURLToPath(new URL(`${root}config/${name}.json`, import.meta.url));
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) {
    if (typeof inner === 'object' && inner !== null) deepFreeze(inner);
  }
  return Object.freeze(value);
}
