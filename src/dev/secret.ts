/** Passwords of the local servers, and the secret of tokens: made once, kept beside the data that they open. */

import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

/** The content of the file, which is made with a random one of 32 characters if it is missing. */
export function keptPassword(path: string): string {
  try {
    writeFileSync(path, randomBytes(24).toString('base64url'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return readFileSync(path, 'utf8').trim();
}

/** Our environment without what would steer the server's programs or their libraries. */
export function cleanEnv(pattern: RegExp): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !pattern.test(name)));
}
