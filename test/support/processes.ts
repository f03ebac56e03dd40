/** Looking for processes from outside, the way `ps` would: what our own records say is what a test doubts. */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { identify } from '../../src/dev/process-identity.ts';

/** Those with `text` in their command line or environment; zombies left out. Empty where there is no /proc. */
export function processesWith(text: string): string[] {
  return pids().flatMap((pid) => {
    const command = read(`/proc/${pid}/cmdline`);
    const found = command.includes(text) || read(`/proc/${pid}/environ`).includes(text);
    return found && identify(pid) !== undefined ? [`${pid} ${command.replaceAll('\0', ' ')}`] : [];
  });
}

/** The addresses on which these processes listen, in the kernel's notation: `0100007F` is 127.0.0.1. */
export function listeningAddresses(ofPids: readonly number[]): string[] {
  const inodes = new Set(ofPids.flatMap(socketInodes));
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) =>
    read(table)
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === '0A' && inodes.has(inode ?? ''))
      .map(([, local]) => local?.split(':')[0] ?? ''),
  );
}

function pids(): number[] {
  return list('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function socketInodes(pid: number): string[] {
  return list(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
    } catch {
      return []; // closed in the meantime
    }
  });
}

function list(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
