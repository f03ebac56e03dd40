/** Whether this machine can run us: Node.js, and the binary of uWebSockets.js, which is made for some of them only. */

import { messageOf } from '../../platform/errors.ts';
import { compareWithTested, packageDirectory } from '../../platform/runtime/installed-builds.js';
import {
  buildFileOf,
  type Machine,
  nodeFault,
  type RuntimeFault,
} from '../../platform/runtime/runtime-fault.js';
import { type Finding, fail, ok, warn } from './finding.ts';

const CHECK = 'uwebsockets';

export async function examineRuntime(machine: Machine, unfit: RuntimeFault | undefined): Promise<Finding[]> {
  return [nodeFinding(machine), await webSocketsFinding(machine, unfit)];
}

export function nodeFinding(machine: Machine): Finding {
  const fault = nodeFault(machine);
  return fault === undefined ? ok('node', `Node.js ${machine.node}`) : fail('node', fault.says, fault.todo);
}

async function webSocketsFinding(machine: Machine, unfit: RuntimeFault | undefined): Promise<Finding> {
  if (unfit !== undefined) return fail(CHECK, unfit.says, unfit.todo);
  try {
    await import('../../server/server.ts');
  } catch (error) {
    return unloadableFinding(messageOf(error));
  }
  const file = buildFileOf(machine);
  const directory = packageDirectory();
  return originFinding(file, directory === undefined ? 'untested' : compareWithTested(file, directory));
}

/** The files promise that it loads, and it does not: the reason stands in the last line but for what a loader adds. */
export function unloadableFinding(message: string): Finding {
  const [, reason] = /^Error: (.+)$/m.exec(message) ?? [];
  const [firstLine = ''] = message.split('\n');
  const todo = 'install it again with npm ci, or use another build of it';
  return fail(CHECK, `uWebSockets.js does not load: ${reason ?? firstLine}`, todo);
}

/** Whether the binary that loads is one that our tests ran on. */
export function originFinding(file: string, origin: ReturnType<typeof compareWithTested>): Finding {
  switch (origin) {
    case 'tested':
      return ok(CHECK, `uWebSockets.js loads, and ${file} is the tested build`);
    case 'untested':
      return warn(
        CHECK,
        `uWebSockets.js loads, but no build ${file} was tested`,
        'use Node 24, 22 or 20 on linux x64',
      );
    case 'different':
      return warn(
        CHECK,
        `uWebSockets.js loads, but ${file} is not the tested build`,
        'run npm ci, unless you chose it',
      );
  }
}
