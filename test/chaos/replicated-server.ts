/**
 * Postgres of a run as a primary with a synchronous standby: each commit waits until both have it, so that a failover may
 * lose nothing that was confirmed. After a failover the old primary is gone for good, and the new one gets a fresh standby.
 */

import { setTimeout as pause } from 'node:timers/promises';
import { startReplicatedPostgres } from '../support/real-standby.ts';
import { cut, type FaultSource, halfOpen } from './faults.ts';
import { type ChaosServer, instanceFaults, postgresFaults } from './servers.ts';

export interface ReplicatedServer extends ChaosServer {
  /** How often the standby has become the primary. */
  failovers(): number;
}

/** Resolves once it answers and its standby has all. */
export async function startReplicatedServer(): Promise<ReplicatedServer> {
  const postgres = await startReplicatedPostgres({ synchronous: true, durable: true });
  let { primary } = postgres;
  let failovers = 0;
  let move = async (_url: string) => {};

  const instance = {
    name: 'postgres' as const,
    down: (how: 'stop' | 'kill') => primary[how](),
    async up() {
      const before = primary.url();
      await primary.start();
      if (primary.url() !== before) await move(primary.url());
    },
  };
  const standby = () => {
    // One that was promoted is the primary now, or was discarded.
    const node = postgres.standbys.find((one) => one !== primary);
    if (node?.link === undefined) throw new Error('there is no standby');
    return { node, link: node.link };
  };

  /**
   * The primary is killed; or it loses its standby and is still there, so that it can be read and confirm nothing, until
   * everything has moved to the new one and it is discarded.
   */
  async function failOver(how: 'killed' | 'cut off', ms: number): Promise<void> {
    const old = primary;
    const { node: next, link } = standby();
    if (how === 'killed') await old.kill();
    else link.cut();
    await pause(ms);
    await next.promote();
    primary = next;
    failovers++;
    await move(next.url());
    await postgres.discard(old);
    await postgres.addStandby(next);
    await postgres.requireStandbys(next, 1);
  }

  const replicationFaults: FaultSource = (random) => {
    const failMs = random.between(50, 2_500);
    const lostMs = random.between(200, 6_000);
    const target = 'postgres';
    return [
      { kind: 'postgres failed over', target, weight: 3, inject: () => failOver('killed', failMs) },
      {
        kind: 'postgres failed over, the old one still up',
        target,
        weight: 2,
        inject: () => failOver('cut off', failMs),
      },
      { kind: 'standby cut off', target, weight: 1, inject: () => cut(standby().link, lostMs) },
      { kind: 'standby half-open', target, weight: 1, inject: () => halfOpen(standby().link, lostMs) },
    ];
  };
  return {
    name: 'postgres',
    url: () => primary.url(),
    faults: (random) => [
      ...instanceFaults(instance, random),
      ...postgresFaults(() => primary.url())(random),
      ...replicationFaults(random),
    ],
    onMoved(moved) {
      move = moved;
    },
    failovers: () => failovers,
    end: () => postgres.close(),
  };
}
