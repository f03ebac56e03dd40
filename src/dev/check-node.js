// @ts-check
/** What `make` runs first, maybe on an old Node.js and before `npm ci`: the check of the start, in its words. */

import { installedBuilds, testedBuilds } from '../platform/runtime/installed-builds.js';
import { machineOf } from '../platform/runtime/machine.js';
import { buildFault, nodeFault } from '../platform/runtime/runtime-fault.js';

const machine = machineOf(process);
const fault = nodeFault(machine) ?? buildFault(machine, installedBuilds() ?? testedBuilds());
if (fault !== undefined) {
  console.error(`${fault.says}: ${fault.todo}`);
  process.exit(1);
}
