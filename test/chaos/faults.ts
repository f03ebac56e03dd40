/**
 * The seeded choice of what goes wrong, and what can go wrong with processes, their links and clients. A server brings its
 * own faults. A fault is injected, held for a while and healed; whatever it hits is whole again when `inject` resolves.
 */

import { setTimeout as pause } from 'node:timers/promises';
import type { Member } from '../support/fleet.ts';
import type { Random } from '../support/random.ts';
import type { Watching } from './watcher.ts';

export interface Fault {
  /** Counted together in the report. */
  kind: string;
  /** What it hits: no two faults are held on the same at once. */
  target: string;
  /** How often it is drawn, beside the others. */
  weight: number;
  inject(): Promise<void>;
}

/** What can go wrong with one part, its times and victims drawn anew. */
export type FaultSource = (random: Random) => Fault[];

/** The next fault that hits none of `busy`; the same seed and the same sources give the same sequence. */
export function chooseFault(
  sources: readonly FaultSource[],
  random: Random,
  busy: ReadonlySet<string>,
): Fault {
  for (;;) {
    const faults = sources.flatMap((source) => source(random));
    let ticket = random.next() * faults.reduce((sum, { weight }) => sum + weight, 0);
    const fault = faults.find(({ weight }) => {
      ticket -= weight;
      return ticket < 0;
    });
    if (fault !== undefined && !busy.has(fault.target)) return fault;
  }
}

export function processFaults(members: readonly Member[]): FaultSource {
  return (random) => {
    const member = random.pick(members);
    const downMs = random.between(50, 1_500);
    const heldMs = random.between(1_000, 12_000);
    const target = member.name;
    return [
      { kind: 'process killed', target, weight: 5, inject: () => killed(member, downMs) },
      { kind: 'process restarted', target, weight: 2, inject: () => restarted(member) },
      { kind: 'process stopped and continued', target, weight: 3, inject: () => held(member, heldMs) },
    ];
  };
}

export function linkFaults(members: readonly Member[]): FaultSource {
  return (random) => {
    const member = random.pick(members);
    const to = random.pick(['postgres', 'rabbitmq'] as const);
    const link = member.links[to];
    const cutMs = random.between(50, 1_500);
    const halfOpenMs = random.between(1_000, 12_000);
    const [delayMs, slowMs] = [random.between(50, 400), random.between(200, 6_000)];
    const target = member.name;
    return [
      { kind: `link to ${to} cut`, target, weight: 3, inject: () => cut(link, cutMs) },
      { kind: `link to ${to} half-open`, target, weight: 3, inject: () => halfOpen(link, halfOpenMs) },
      { kind: `link to ${to} slow`, target, weight: 2, inject: () => slow(link, delayMs, slowMs) },
    ];
  };
}

export function clientFaults(watching: () => readonly Watching[]): FaultSource {
  return (random) => {
    const frozenMs = random.between(200, 6_000);
    const target = 'clients';
    return [
      { kind: 'clients cut', target, weight: 2, inject: async () => cutAll(watching()) },
      { kind: 'clients frozen', target, weight: 1, inject: () => frozen(watching(), frozenMs) },
    ];
  };
}

async function killed(member: Member, ms: number): Promise<void> {
  await member.end('SIGKILL');
  await pause(ms);
  await member.start();
}

async function restarted(member: Member): Promise<void> {
  const code = await member.end('SIGTERM');
  if (code !== 0) throw new Error(`${member.name} ended with ${code} after SIGTERM`);
  await member.start();
}

async function held(member: Member, ms: number): Promise<void> {
  member.hold();
  await pause(ms);
  member.release();
}

type Link = Member['links']['postgres'];

export async function cut(link: Link, ms: number): Promise<void> {
  link.cut();
  await pause(ms);
  link.restore();
}

export async function halfOpen(link: Link, ms: number): Promise<void> {
  link.pause();
  await pause(ms);
  link.restore();
}

async function slow(link: Link, delayMs: number, ms: number): Promise<void> {
  link.delay(delayMs);
  await pause(ms);
  link.delay(0);
}

async function frozen(watching: readonly Watching[], ms: number): Promise<void> {
  for (const watcher of watching) watcher.freeze(true);
  await pause(ms);
  for (const watcher of watching) watcher.freeze(false);
}

function cutAll(watching: readonly Watching[]): void {
  for (const watcher of watching) watcher.cut();
}
