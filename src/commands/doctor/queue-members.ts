/**
 * Whether the quorum queues live on every node of the cluster: one that was declared before the others had joined stays
 * on its node, and is gone with it. AMQP does not show that; RabbitMQ's management API shows it, where it is configured.
 */

import { messageOf } from '../../platform/errors.ts';
import { type Finding, LOOK_MS, ok, warn } from './finding.ts';

export interface ManagementApi {
  /** With its user and password, such as `http://user:password@host:15672`. */
  url: string;
  vhost: string;
}

export interface QueueMembers {
  name: string;
  members: number;
}

/** Undefined without an API to ask, and for queues that are not there. */
export async function examineQueueMembers(
  api: ManagementApi,
  queues: readonly string[],
): Promise<Finding | undefined> {
  if (api.url === '') return undefined;
  try {
    const nodes = await ask(api, '/api/nodes');
    const asked = queues.map(async (name) => {
      const path = `/api/queues/${encodeURIComponent(api.vhost)}/${encodeURIComponent(name)}`;
      return { name, members: countOf(fieldOf(await ask(api, path), 'members')) };
    });
    return membersFinding(countOf(nodes), await Promise.all(asked));
  } catch (error) {
    const todo = 'see amqp.managementUrl, its user, and whether the management plugin is on';
    return warn('queue members', `the management API does not answer: ${messageOf(error)}`, todo);
  }
}

export function membersFinding(nodes: number, queues: readonly QueueMembers[]): Finding {
  const few = queues.filter(({ members }) => members < nodes);
  if (few.length === 0) return ok('queue members', `each queue is on all ${nodes} nodes`);
  const says = few.map(({ name, members }) => `${name} is on ${members} of ${nodes} nodes`).join('; ');
  return warn('queue members', says, 'run `rabbitmq-queues grow <node> all` for each node that lacks them');
}

async function ask({ url }: ManagementApi, path: string): Promise<unknown> {
  const { origin, pathname, username, password } = new URL(url);
  const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const response = await fetch(`${origin}${pathname.replace(/\/$/, '')}${path}`, {
    headers: { authorization: `Basic ${Buffer.from(user).toString('base64')}` },
    redirect: 'error',
    signal: AbortSignal.timeout(LOOK_MS - 1_000),
  });
  if (!response.ok) throw new Error(`${path.split('/', 3).join('/')}: status ${response.status}`);
  return response.json();
}

function countOf(list: unknown): number {
  if (!Array.isArray(list)) throw new Error('an answer is no list');
  return list.length;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
