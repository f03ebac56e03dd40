/** Whether RabbitMQ is there, takes what is published, has our exchanges and queues, and what waits in them. */

import type { BrokerAddress } from '../../broker/address.ts';
import {
  brokerVersion,
  type DeclaredState,
  inspectQueue,
  inspectTopology,
  type OpenBroker,
  whyBlocked,
} from '../../broker/inspect.ts';
import { adviseRefusal } from '../../broker/refusals.ts';
import { type Topology, topologyNames } from '../../broker/topology.ts';
import { withBroker } from '../../broker/with-broker.ts';
import type { Config } from '../../config/config.ts';
import { AppError, messageOf } from '../../platform/errors.ts';
import { locationOf, splitUrls } from '../../platform/url-list.ts';
import { type Finding, fail, LOOK_MS, type Look, ok, takeLooks, warn } from './finding.ts';
import { examineQueueMembers, type ManagementApi } from './queue-members.ts';

/** Each broker that is configured, and all else at the first that lets us in: that is where the service works. */
export async function examineRabbitmq({ amqp }: Config): Promise<Finding[]> {
  const names = topologyNames(amqp.prefix);
  const answers = await Promise.all(splitUrls(amqp.url).map((url) => askBroker({ ...amqp, url })));
  const brokers = answers.map(({ finding }) => finding);
  if (!answers.some(({ isIn }) => isIn)) return brokers;
  const [first = ''] = splitUrls(amqp.url);
  const vhost = decodeURIComponent(new URL(first).pathname.slice(1)) || '/';
  const api = { url: amqp.managementUrl, vhost };
  const work = (broker: OpenBroker) =>
    takeLooks(looksAt(broker, names, api), isLost, 'see the log of RabbitMQ');
  const looks = await withBroker(amqp, work, { connectMs: LOOK_MS }).catch((error) => [awayFinding(error)]);
  // The service works with those that are there.
  const softened = answers.map(({ isIn, finding: one }): Finding => (isIn ? one : { ...one, state: 'warn' }));
  return [...softened, ...looks];
}

async function askBroker(address: BrokerAddress): Promise<{ isIn: boolean; finding: Finding }> {
  const started = performance.now();
  const work = async (broker: OpenBroker, where: string) =>
    versionFinding(brokerVersion(broker), where, performance.now() - started);
  try {
    return { isIn: true, finding: await withBroker(address, work, { connectMs: LOOK_MS }) };
  } catch (error) {
    return { isIn: false, finding: awayFinding(error, locationOf(address.url)) };
  }
}

function awayFinding(error: unknown, where?: string): Finding {
  const reason = error instanceof AppError ? (error.cause ?? error) : error;
  const says = `RabbitMQ${where === undefined ? '' : ` at ${where}`}: ${messageOf(reason)}`;
  return fail('rabbitmq', says, adviseRefusal(reason) ?? 'start it, or see host and port in AMQP_URL');
}

function looksAt(broker: OpenBroker, names: Topology, api: ManagementApi): Look[] {
  return [
    { check: 'exchanges', take: async () => standingFinding(await inspectTopology(broker, names)) },
    { check: 'queue', take: () => queueFinding(broker, names.notifications) },
    { check: 'dead letters', take: () => deadLettersFinding(broker, names.deadLetters) },
    {
      check: 'queue members',
      take: () => examineQueueMembers(api, [names.notifications, names.deadLetters]),
    },
    // The last: a connection that is blocked is of no use any more.
    { check: 'publishing', take: () => publishingFinding(broker) },
  ];
}

function isLost(error: unknown): boolean {
  return /closed|closing/i.test(messageOf(error));
}

/** Quorum queues confirm their dead letters, `at-least-once`, from there on. */
const OLDEST = [3, 10] as const;

export function versionFinding(version: string, where: string, tookMs: number): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const says = `RabbitMQ ${version} at ${where}, connected in ${Math.round(tookMs)} ms`;
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return ok('rabbitmq', says);
  return fail('rabbitmq', `${says}, is too old`, `install ${OLDEST.join('.')} or newer`);
}

export function standingFinding(standings: readonly DeclaredState[]): Finding {
  const refused = standings.flatMap((one) => (one.state === 'refused' ? one : []));
  if (refused.length > 0) {
    const says = refused.map(({ what, reason }) => `${what}: ${reason}`).join('; ');
    return fail('exchanges', `others than ours: ${says}`, adviseRefusal(says) ?? 'see the log of RabbitMQ');
  }
  const missing = standings.filter(({ state }) => state === 'missing').map(({ what }) => what);
  if (missing.length > 0) {
    const todo = 'start the service, which declares them; if it runs, see whether AMQP_PREFIX is the same';
    return warn('exchanges', `missing: ${missing.join(', ')}`, todo);
  }
  return ok('exchanges', `all ${standings.length} exchanges and queues are as declared`);
}

/** So many a worker logs in seconds. */
const MANY_MESSAGES = 10_000;

async function queueFinding(broker: OpenBroker, name: string): Promise<Finding | undefined> {
  const queue = await inspectQueue(broker, name);
  if (queue === undefined) return undefined; // said with the exchanges
  const says = `${name} has ${queue.messages} messages and ${queue.consumers} consumers`;
  if (queue.consumers === 0) return warn('queue', says, 'start a process with the role `worker`');
  if (queue.messages > MANY_MESSAGES) {
    return warn('queue', says, 'see the log of the workers, and start more of them if they only are slow');
  }
  return ok('queue', says);
}

async function deadLettersFinding(broker: OpenBroker, name: string): Promise<Finding> {
  const queue = await inspectQueue(broker, name);
  if (queue === undefined || queue.messages === 0) return ok('dead letters', 'none');
  return warn('dead letters', `${queue.messages} in ${name}`, 'look at them with `orderbell dead list`');
}

async function publishingFinding(broker: OpenBroker): Promise<Finding> {
  const started = performance.now();
  const alarm = await whyBlocked(broker);
  if (alarm === undefined) {
    return ok('publishing', `a message was confirmed in ${Math.round(performance.now() - started)} ms`);
  }
  return fail(
    'publishing',
    `RabbitMQ takes no messages: ${alarm}`,
    'give it memory or disk until its alarm is over',
  );
}
