// @ts-check
/**
 * Whether a machine can run the service: its Node.js, and the binary of uWebSockets.js that it would load. Pure. Guarantees
 * one line that says what is wrong and what to do; not that the binary loads, which only loading it shows.
 */

/** @typedef {{ says: string, todo: string }} RuntimeFault */

/**
 * `abi` is Node's number for its binary interface, `glibc` undefined where the C library is another one.
 * @typedef {{ platform: string, arch: string, node: string, abi: string, glibc: string | undefined }} Machine
 */

/**
 * What lies in the package: names such as `uws_linux_x64_137.node`, and the glibc that one needs.
 * @typedef {{ files: readonly string[], glibcOf: (file: string) => string | undefined }} Builds
 */

/** What `engines` of package.json allows: the first version of each line that has a tested binary. */
export const OLDEST_OF_LINE = ['20.10.0', '22.0.0', '24.0.0'];

/** Node's binary interfaces, newest first. @type {readonly (readonly [abi: string, node: number])[]} */
const NODE_OF_ABI = [
  ['147', 26],
  ['137', 24],
  ['127', 22],
  ['115', 20],
];

/**
 * Undefined if this Node.js can run the commands that need no binary.
 * @param {Machine} machine
 * @returns {RuntimeFault | undefined}
 */
export function nodeFault({ node }) {
  const oldest = OLDEST_OF_LINE[0] ?? '';
  if (compareVersions(node, oldest) >= 0) return undefined;
  return { says: `Node ${node} is too old`, todo: `use Node 24, or at the least ${oldest}` };
}

/**
 * Undefined if there is a binary for this machine and the machine has what that needs.
 * @param {Machine} machine
 * @param {Builds | undefined} builds undefined where the package is not installed
 * @returns {RuntimeFault | undefined}
 */
export function buildFault(machine, builds) {
  const { platform, arch, node, glibc } = machine;
  if (builds === undefined) return { says: 'uWebSockets.js is not installed', todo: 'run npm ci' };
  if (platform === 'linux' && glibc === undefined) {
    return {
      says: 'this system has no glibc, which uWebSockets.js is built for',
      todo: 'use one that has, such as Debian 13 instead of Alpine',
    };
  }
  const forMachine = `uws_${platform}_${arch}_`;
  if (!builds.files.some((file) => file.startsWith(forMachine))) {
    return {
      says: `${platform} ${arch} has no build of uWebSockets.js in this package`,
      todo: `use one of ${machinesOf(builds).join(', ')}`,
    };
  }
  const file = buildFileOf(machine);
  const another = () => {
    const usable = usableNodes(machine, builds, forMachine);
    return usable.length > 0 ? `use Node ${usable.join(' or ')}` : undefined;
  };
  if (!builds.files.includes(file)) {
    return {
      says: `Node ${node} has no build of uWebSockets.js in this package`,
      todo: [another(), 'install a release of uWebSockets.js that has one'].filter(Boolean).join(', or '),
    };
  }
  const needed = glibcNeeded(machine, builds, file);
  if (needed === undefined || fits(needed, glibc)) return undefined;
  return {
    says: `uWebSockets.js for Node ${node} needs glibc ${needed}, and this system has ${glibc}`,
    todo: ['use a newer system, such as Debian 13 or Ubuntu 24.04', another()].filter(Boolean).join(', or '),
  };
}

/**
 * The binary that uWebSockets.js loads.
 * @param {Machine} machine
 */
export function buildFileOf({ platform, arch, abi }) {
  return `uws_${platform}_${arch}_${abi}.node`;
}

/**
 * The lines of Node.js, newest first, that have a binary here which this machine can load.
 * @param {Machine} machine
 * @param {Builds} builds
 * @param {string} forMachine
 */
function usableNodes(machine, builds, forMachine) {
  return NODE_OF_ABI.flatMap(([abi, node]) => {
    const file = `${forMachine}${abi}.node`;
    if (!builds.files.includes(file)) return [];
    const needed = glibcNeeded(machine, builds, file);
    return needed === undefined || fits(needed, machine.glibc) ? [node] : [];
  });
}

/**
 * @param {Machine} machine
 * @param {Builds} builds
 * @param {string} file
 */
function glibcNeeded({ platform }, builds, file) {
  return platform === 'linux' ? builds.glibcOf(file) : undefined;
}

/**
 * @param {string} needed
 * @param {string | undefined} had
 */
function fits(needed, had) {
  return had !== undefined && compareVersions(had, needed) >= 0;
}

/**
 * `linux x64` and so on.
 * @param {Builds} builds
 */
function machinesOf({ files }) {
  const names = files.map((file) => file.split('_').slice(1, 3).join(' '));
  return [...new Set(names)].sort();
}

/**
 * Above 0 if `a` is newer: 2.38 is newer than 2.4.
 * @param {string} a
 * @param {string} b
 * @returns {number}
 */
export function compareVersions(a, b) {
  const [left, right] = [a, b].map((version) => version.split('.').map((part) => Number.parseInt(part, 10)));
  for (let place = 0; place < 3; place++) {
    const difference = (left?.[place] ?? 0) - (right?.[place] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
