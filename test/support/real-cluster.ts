/**
 * A RabbitMQ cluster of three private nodes on this machine. Its processes end with this one, whichever way that ends;
 * the directory of a cluster that could not tidy up goes with the next one.
 */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freeLoopbackPorts } from '../../src/dev/ports.ts';
import { endProcess, isAlive, type ProcessId, self } from '../../src/dev/process-identity.ts';
import { havePrograms } from '../../src/dev/stack.ts';
import {
  type ClusterNode,
  type ClusterPlace,
  createNode,
  type NodeOptions,
  nodeUrl,
  startNameServer,
} from './cluster-node.ts';
import { createNetwork, type Network } from './net-namespaces.ts';

export interface Cluster {
  readonly nodes: readonly [ClusterNode, ClusterNode, ClusterNode];
  /** The node that leads a quorum queue by what most of its members say; rejects if there is none. */
  leaderOf(queue: string): Promise<ClusterNode>;
  /** The names of the nodes that hold the queue. */
  membersOf(queue: string): Promise<string[]>;
  /** Ends all nodes and removes what they wrote. */
  close(): Promise<void>;
}

export interface ClusterOptions {
  /** How many nodes start; the others join when they are started. All unless given. */
  started?: number;
  /** In network namespaces, so that nodes can be isolated. Look at `networkRefusal` before. */
  network?: boolean;
  /** `cluster_partition_handling`; RabbitMQ's own default is `ignore`. */
  partitionHandling?: 'ignore' | 'pause_minority' | 'autoheal';
  /** After so long of silence a node counts as down; RabbitMQ has 60. */
  netTickSeconds?: number;
}

const DIRECTORY_PREFIX = 'orderbell-cluster-';
const OWNER_FILE = 'owner.json';

/** Resolves once all that were to start answer as one cluster. `close` it, also after a test that failed. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  removeLeftovers();
  const { rabbitmq: programs } = await havePrograms(['rabbitmq'], console.log);
  if (programs === undefined) throw new Error('RabbitMQ is not installed');
  const { started = 3, partitionHandling = 'ignore', netTickSeconds = 8 } = options;
  const dir = mkdtempSync(join(tmpdir(), DIRECTORY_PREFIX));
  writeFileSync(join(dir, OWNER_FILE), JSON.stringify(self()));
  const nodes: ClusterNode[] = [];
  const nameServers: ProcessId[] = [];
  let network: Network | undefined;

  async function close(): Promise<void> {
    await Promise.all(nodes.map((node) => node.kill()));
    await Promise.all(nameServers.map((id) => endProcess(id, 'SIGKILL', 5_000)));
    await network?.close();
    rmSync(dir, { recursive: true, force: true });
  }
  try {
    if (options.network) network = await createNetwork(3);
    const places = await placesFor(dir, network);
    for (const [index, place] of places.entries()) {
      const configuration = [
        `cluster_partition_handling = ${partitionHandling}`,
        ...(index === 0 ? [] : joining(places[0].name)),
      ];
      const nodeOptions: NodeOptions = { programs, configuration, netTickSeconds };
      nodes.push(await createNode(place, nodeOptions));
      if (index === 0 || network !== undefined) nameServers.push(await startNameServer(place, nodeOptions));
    }
    const [first, second, third] = nodes;
    if (first === undefined || second === undefined || third === undefined)
      throw new Error('three are needed');
    await first.start(); // the others find it, and join it
    await Promise.all(nodes.slice(1, started).map((node) => node.start()));
    return {
      nodes: [first, second, third],
      async leaderOf(queue) {
        const { leader } = await queueState(nodes, queue);
        const node = nodes.find(({ name }) => name === leader);
        if (node === undefined) throw new Error(`${queue} has no leader`);
        return node;
      },
      membersOf: async (queue) => (await queueState(nodes, queue)).members,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type Places = [ClusterPlace, ClusterPlace, ClusterPlace];

async function placesFor(dir: string, network: Network | undefined): Promise<Places> {
  const [epmdPort = 0, ...ports] = await freeLoopbackPorts(7);
  const placeOf = async (index: number): Promise<ClusterPlace> => {
    const host = network?.hosts[index];
    const address = host?.address ?? '127.0.0.1';
    const [port = 0, distPort = 0] = ports.slice(2 * index);
    const name = `n${index + 1}@${address}`;
    const url = nodeUrl((await host?.forward(port)) ?? port);
    const place = { dir: join(dir, `n${index + 1}`), name, address, port, distPort, epmdPort, host, url };
    mkdirSync(place.dir);
    return place;
  };
  return Promise.all([placeOf(0), placeOf(1), placeOf(2)]);
}

function joining(name: string): string[] {
  return [
    'cluster_formation.peer_discovery_backend = classic_config',
    `cluster_formation.classic_config.nodes.1 = ${name}`,
  ];
}

/** What most of its members say: one that is cut off believes for a while that it still leads. */
async function queueState(
  nodes: readonly ClusterNode[],
  queue: string,
): Promise<{ leader: string | undefined; members: string[] }> {
  const expression = `
    {ok, Q} = rabbit_amqqueue:lookup(rabbit_misc:r(<<"/">>, queue, <<${JSON.stringify(queue)}>>)),
    {Name, _} = amqqueue:get_pid(Q),
    {ok, Members, _} = ra:members({local, {Name, node()}}, 2000),
    [case ra_leaderboard:lookup_leader(Name) of {_, Node} -> Node; _ -> none end | [Member || {_, Member} <- Members]].`;
  const answers = await Promise.all(nodes.map((node) => node.evaluate(expression)));
  const views = answers.filter((names) => names.length > 1);
  const members = views[0]?.slice(1) ?? [];
  const votes = views.map(([leader]) => leader);
  const leader = votes.find((one) => votes.filter((other) => other === one).length > members.length / 2);
  return { leader, members };
}

/** What clusters wrote whose process is no more: their nodes are no more either. */
function removeLeftovers(): void {
  for (const name of readdirSync(tmpdir()).filter((name) => name.startsWith(DIRECTORY_PREFIX))) {
    const dir = join(tmpdir(), name);
    try {
      const owner: ProcessId = JSON.parse(readFileSync(join(dir, OWNER_FILE), 'utf8'));
      if (!isAlive(owner)) rmSync(dir, { recursive: true, force: true });
    } catch {
      // It is another user's, or just being made.
    }
  }
}
