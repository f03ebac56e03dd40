// @ts-check
/**
 * The binaries of uWebSockets.js that our tests ran on: one file pins them. The image build refuses another one under the
 * same name, and `orderbell doctor` compares. Plain JavaScript, like all in this folder: it runs before anything is
 * installed or compiled, on a Node.js that may be too old for the rest.
 */

/** @typedef {{ file: string, node: number, glibc: string, sha256: string }} TestedBuild */

/** Of `npm:uwebsockets@3.0.6`. Node.js 20 on Debian 12, 22 and 24 on Debian 13. @type {readonly TestedBuild[]} */
export const TESTED_BUILDS = [
  {
    file: 'uws_linux_x64_137.node',
    node: 24,
    glibc: '2.38',
    sha256: '3b549c14e01d9d1faf234cdf4b6f0fb08158605e3692cd0eb1b905e327bd3449',
  },
  {
    file: 'uws_linux_x64_127.node',
    node: 22,
    glibc: '2.38',
    sha256: '78e38a9a163b1cf33ce539619e5908111dea95a12e7943d95fbcdd524879caa8',
  },
  {
    file: 'uws_linux_x64_115.node',
    node: 20,
    glibc: '2.27',
    sha256: 'f4fa5d7b697529b45ac8aa3d57385d9af51bc1d2b26aa9f5b68ca4361542e665',
  },
];
