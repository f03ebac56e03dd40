/**
 * A network of its own: namespaces joined by a bridge, which is in a namespace as well. Nothing of it is visible
 * outside, and all of it goes when this process does, whichever way that happens. Linux, and only where that is allowed.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { mustRun, runCommand } from '../../src/dev/command.ts';

export interface NetHost {
  /** Its address in the network. */
  address: string;
  /** Goes before a command that is to run in it. */
  prefix: readonly string[];
  /** A loopback port outside that leads to a port in it, also while it is cut off from the others. */
  forward(port: number): Promise<number>;
  /** Packets to and from the others are dropped, and no end is told. */
  cut(): Promise<void>;
  /** After `cut`: packets pass again. */
  join(): Promise<void>;
}

export interface Network {
  hosts: readonly NetHost[];
  close(): Promise<void>;
}

/** Why there can be no network here, or undefined if there can. */
export async function networkRefusal(): Promise<string | undefined> {
  const trial = 'ip link add orderbell0 type bridge && ip link add orderbell1 type veth peer name orderbell2';
  const { code, err } = await runCommand('unshare', ['--net', 'sh', '-c', trial]);
  return code === 0 ? undefined : `no network namespaces here: ${err.trim() || `unshare ended with ${code}`}`;
}

/** So many hosts, 10.91.0.1 and up. */
export async function createNetwork(count: number): Promise<Network> {
  const anchors: ChildProcess[] = [];
  const close = async () => {
    const left = anchors.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
    const exits = left.map((anchor) => once(anchor, 'exit'));
    for (const anchor of left) anchor.kill('SIGKILL');
    await Promise.all(exits);
  };
  const anchor = async () => {
    const child = startAnchor();
    anchors.push(child);
    await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => Promise.reject(new Error('a namespace was refused'))),
    ]);
    return child;
  };
  try {
    const [bridge, ...inner] = await Promise.all(Array.from({ length: count + 1 }, anchor));
    if (bridge === undefined) throw new Error('no bridge');
    await inside(bridge, ['ip', 'link', 'add', 'bridge', 'type', 'bridge']);
    await inside(bridge, ['ip', 'link', 'set', 'bridge', 'up']);
    const hosts: NetHost[] = [];
    for (const [index, child] of inner.entries()) hosts.push(await connectHost(bridge, child, index + 1));
    return { hosts, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function startAnchor(): ChildProcess {
  const script = fileURLToPath(new URL('namespace-anchor.mjs', import.meta.url));
  const child = spawn('unshare', ['--net', process.execPath, script], {
    // Without the loader of our own process, which costs a second and is not needed there.
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  child.on('error', () => {}); // an exit follows
  return child;
}

async function connectHost(bridge: ChildProcess, child: ChildProcess, number: number): Promise<NetHost> {
  const address = `10.91.0.${number}`;
  const port = `host${number}`;
  const [outer, inner] = [String(bridge.pid), String(child.pid)];
  const pair = ['type', 'veth', 'peer', 'name', 'net', 'netns', inner];
  await mustRun('ip', ['link', 'add', 'name', port, 'netns', outer, ...pair]);
  await inside(child, ['ip', 'address', 'add', `${address}/24`, 'dev', 'net']);
  for (const device of ['lo', 'net']) await inside(child, ['ip', 'link', 'set', device, 'up']);
  await inside(bridge, ['ip', 'link', 'set', port, 'up', 'master', 'bridge']);
  return {
    address,
    prefix: enter(child),
    forward: (to) => forward(child, address, to),
    cut: () => inside(bridge, ['ip', 'link', 'set', port, 'nomaster']),
    join: () => inside(bridge, ['ip', 'link', 'set', port, 'master', 'bridge']),
  };
}

async function forward(child: ChildProcess, host: string, port: number): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const outside = (listener.address() as AddressInfo).port;
  child.send({ host, port }, listener);
  await once(child, 'message');
  listener.close(); // ours: the other process has its own end of it
  return outside;
}

function enter({ pid }: ChildProcess): string[] {
  return ['nsenter', `--net=/proc/${pid}/ns/net`];
}

async function inside(child: ChildProcess, command: readonly string[]): Promise<void> {
  const [file = '', ...args] = [...enter(child), ...command];
  await mustRun(file, args);
}
