// @ts-check
/** What this process runs on. It is handed the process: only the edge touches that. */

/**
 * @param {Pick<NodeJS.Process, 'platform' | 'arch' | 'versions' | 'report'>} process
 * @returns {import('./runtime-fault.js').Machine}
 */
export function machineOf({ platform, arch, versions, report }) {
  return { platform, arch, node: versions.node, abi: versions.modules, glibc: glibcVersion(report) };
}

/**
 * Of the C library; undefined where it is another one than glibc, as on Alpine.
 * @param {NodeJS.ProcessReport} report
 * @returns {string | undefined}
 */
function glibcVersion(report) {
  const written = report.getReport();
  /** @type {unknown} */
  const header = 'header' in written ? written.header : undefined;
  const isOfGlibc = typeof header === 'object' && header !== null && 'glibcVersionRuntime' in header;
  return isOfGlibc ? String(header.glibcVersionRuntime) : undefined;
}
