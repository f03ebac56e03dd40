/**
 * RabbitMQ of a run as a cluster of three nodes, of which the smaller part pauses when it falls apart. Clients reach it
 * by one address, as a load balancer has it: when their node is lost they are led to another one.
 */

import { setTimeout as pause } from 'node:timers/promises';
import { topologyNames } from '../../src/broker/topology.ts';
import { messageOf } from '../../src/platform/errors.ts';
import type { ClusterNode } from '../support/cluster-node.ts';
import { eventually } from '../support/eventually.ts';
import { networkRefusal } from '../support/net-namespaces.ts';
import type { Random } from '../support/random.ts';
import { startCluster } from '../support/real-cluster.ts';
import type { Fault } from './faults.ts';
import type { ChaosServer } from './servers.ts';
import { PREFIX } from './settings.ts';

/** Resolves once all nodes answer as one cluster. */
export async function startClusteredServer(say: (line: string) => void): Promise<ChaosServer> {
  const refusal = await networkRefusal();
  if (refusal !== undefined) say(`the cluster does not fall apart: ${refusal}`);
  const network = refusal === undefined;
  const cluster = await startCluster({ network, partitionHandling: 'pause_minority' });
  let current: ClusterNode = cluster.nodes[0];
  let move = async (_url: string) => {};

  const others = (than: ClusterNode) => cluster.nodes.filter((node) => node !== than);
  async function moveFrom(node: ClusterNode): Promise<void> {
    const [next] = others(node);
    if (node !== current || next === undefined) return;
    current = next;
    await move(next.url);
  }
  /** Each node sees all three, and none is paused. */
  const whole = () =>
    eventually(async () => {
      for (const node of cluster.nodes) {
        const seen = await node.evaluate('rabbit_nodes:all_running().');
        if (seen.length < 3) throw new Error(`${node.name} sees ${seen.join(', ') || 'nothing'}`);
      }
    }, 60_000);

  /** RabbitMQ sometimes leaves a node apart after the network is whole; then an operator starts that node anew. */
  async function wholeAgain(node: ClusterNode): Promise<void> {
    try {
      await whole();
    } catch (error) {
      say(`${node.name} is started anew, since it stays apart: ${messageOf(error)}`);
      await node.kill();
      await node.start();
      await whole();
    }
  }

  async function killed(node: ClusterNode, ms: number): Promise<void> {
    await node.kill();
    await moveFrom(node);
    await pause(ms);
    await node.start();
    await whole();
  }
  async function withoutQuorum(ms: number): Promise<void> {
    const two = others(current);
    await Promise.all(two.map((node) => node.kill()));
    await pause(ms);
    await Promise.all(two.map((node) => node.start()));
    await whole();
  }
  async function partitioned(node: ClusterNode, ms: number): Promise<void> {
    await node.isolate();
    await pause(ms);
    await moveFrom(node);
    await node.heal();
    await wholeAgain(node);
  }

  function faults(random: Random): Fault[] {
    const downMs = random.between(50, 5_000);
    const withoutMs = random.between(5_000, 30_000);
    const apartMs = random.between(5_000, 25_000);
    const victim = random.pick(cluster.nodes);
    const leader = () => cluster.leaderOf(topologyNames(PREFIX).notifications);
    const fault = (kind: string, weight: number, inject: () => Promise<void>): Fault => {
      return { kind, target: 'rabbitmq', weight, inject };
    };
    return [
      fault('rabbitmq leader killed', 2, async () => killed(await eventually(leader, 60_000), downMs)),
      fault('connected rabbitmq node killed', 2, () => killed(current, downMs)),
      fault('rabbitmq without a quorum', 1, () => withoutQuorum(withoutMs)),
      ...(network ? [fault('rabbitmq cluster partitioned', 2, () => partitioned(victim, apartMs))] : []),
    ];
  }
  return {
    name: 'rabbitmq',
    url: () => current.url,
    faults,
    onMoved(moved) {
      move = moved;
    },
    end: () => cluster.close(),
  };
}
