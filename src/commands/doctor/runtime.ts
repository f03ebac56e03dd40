/** Whether this Node.js can run us. */

import { messageOf } from '../../platform/errors.ts';
import { type Finding, fail, ok } from './finding.ts';

/** As in `engines` of package.json. */
const OLDEST_NODE = [20, 10] as const;

export async function examineRuntime(nodeVersion: string): Promise<Finding[]> {
  return [nodeFinding(nodeVersion), await webSocketsFinding()];
}

export function nodeFinding(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) {
    return ok('node', `Node.js ${version}`);
  }
  const oldest = OLDEST_NODE.join('.');
  return fail('node', `Node.js ${version} is too old`, `install ${oldest} or newer`);
}

/** It is a binary, made for some versions of Node.js and of the C library. */
async function webSocketsFinding(): Promise<Finding> {
  try {
    await import('../../gateway/server.ts');
    return ok('uwebsockets', 'uWebSockets.js loads');
  } catch (error) {
    const [firstLine = ''] = messageOf(error).split('\n');
    const todo = 'take the Node.js, C library or build of it that the README names under Operations';
    return fail('uwebsockets', `uWebSockets.js does not load: ${firstLine}`, todo);
  }
}
