/** Whether this Node.js can run us. */

import { messageOf } from '../../platform/errors.ts';
import type { Machine } from '../context.ts';
import { type Finding, fail, ok } from './finding.ts';

/** As in `engines` of package.json. */
const OLDEST_NODE = [20, 10] as const;

export async function examineRuntime(nodeVersion: string, machine: Machine): Promise<Finding[]> {
  return [nodeFinding(nodeVersion), await webSocketsFinding(nodeVersion, machine)];
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
async function webSocketsFinding(nodeVersion: string, machine: Machine): Promise<Finding> {
  try {
    await import('../../server/server.ts');
    return ok('uwebsockets', 'uWebSockets.js loads');
  } catch (error) {
    return unloadableFinding(messageOf(error), nodeVersion, machine);
  }
}

/** Why it does not load, by what the loader said: the C library first, since that is what differs most often. */
export function unloadableFinding(
  message: string,
  nodeVersion: string,
  { platform, arch, glibc }: Machine,
): Finding {
  const because = (says: string, todo: string) =>
    fail('uwebsockets', `uWebSockets.js does not load: ${says}`, todo);
  const needed = [...message.matchAll(/GLIBC_(\d+\.\d+)/g)]
    .flatMap(([, version]) => version ?? [])
    .sort(byNumber);
  const newest = needed.at(-1);
  if (newest !== undefined) {
    const says = `for Node.js ${nodeVersion} it needs glibc ${newest}, and this machine has ${glibc ?? 'none'}`;
    return because(
      says,
      'take a newer system, such as Debian 13 or Ubuntu 24.04, or Node.js 20, which needs 2.27',
    );
  }
  if (platform === 'linux' && glibc === undefined) {
    return because('this system has no glibc', 'take a system with glibc, such as Debian, instead of Alpine');
  }
  if (/Cannot find module '[^']*\.node'/.test(message)) {
    const says = `it has no build for Node.js ${nodeVersion} on ${platform} ${arch}`;
    return because(says, 'take Node.js 20, 22 or 24');
  }
  const [firstLine = ''] = message.split('\n');
  const todo = 'take the Node.js, C library or build of it that the README names under Operations';
  return because(firstLine, todo);
}

/** 2.9 comes before 2.27. */
function byNumber(a: string, b: string): number {
  const [first = 0, second = 0] = [a, b].map((version) => Number(version.split('.')[1]));
  return first - second;
}
