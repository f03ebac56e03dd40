/** Which version of Orderbell this is, as package.json says. It lies beside `src`, and beside `dist` of a built one. */

import { readFileSync } from 'node:fs';

/** Where package.json is for this file, or for what it was built into. */
export function packageFile(moduleUrl: string): URL {
  return new URL(moduleUrl.endsWith('.ts') ? '../../package.json' : '../../../package.json', moduleUrl);
}

/** Throws where package.json is missing or has no version. */
export function readVersion(): string {
  const content: unknown = JSON.parse(readFileSync(packageFile(import.meta.url), 'utf8'));
  const version =
    typeof content === 'object' && content !== null && 'version' in content ? content.version : undefined;
  if (typeof version !== 'string') throw new Error('package.json has no version');
  return version;
}
