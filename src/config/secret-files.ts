/**
 * Secrets from files: where `DATABASE_URL_FILE` names a file, its content is `DATABASE_URL`, and so for every sensitive key.
 * Guarantees that no fault holds a secret.
 */

import { readFileSync } from 'node:fs';
import { messageOf } from '../platform/errors.ts';
import { settings } from './config.ts';

export type Env = Record<string, string | undefined>;

export interface FilledEnv {
  /** With the content of each file under the variable that it stands for. */
  env: Env;
  /** `key: rule`, one for each file that cannot be used. */
  faults: string[];
}

const sensitive = settings.filter((setting) => setting.sensitive);

/** The variable that may name the file of a secret. */
export function fileVariableOf(variable: string): string {
  return `${variable}_FILE`;
}

/** An empty variable names no file, and an empty secret is none. One line feed at the end of a file is not part of it. */
export function readSecretFiles(env: Env): FilledEnv {
  const filled: Env = { ...env };
  const faults: string[] = [];
  for (const { key, variable } of sensitive) {
    const fileVariable = fileVariableOf(variable);
    const file = env[fileVariable];
    if (file === undefined || file === '') continue;
    if (env[variable]) {
      faults.push(`${key}: is set by ${variable} and by ${fileVariable}: only one of them may`);
      continue;
    }
    const { secret, fault } = readSecret(file);
    if (fault === undefined) filled[variable] = secret;
    else faults.push(`${key}: ${fileVariable} names a file that ${fault}`);
  }
  return { env: filled, faults };
}

function readSecret(file: string): { secret?: string; fault?: string } {
  try {
    const secret = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    return secret === '' ? { fault: 'is empty' } : { secret };
  } catch (error) {
    return { fault: `cannot be read: ${messageOf(error)}` };
  }
}
