/** Preloaded into a process of ours: it finds itself on the Node.js and the C library that MACHINE names (JSON). */

const { node, abi, glibc } = JSON.parse(process.env.MACHINE);

Object.defineProperty(process, 'versions', { value: { ...process.versions, node, modules: abi } });
process.report.getReport = () => ({ header: glibc === undefined ? {} : { glibcVersionRuntime: glibc } });
