/**
 * What announcements cost a gateway whose sockets are of other shops, by how many events one carries; and RabbitMQ, for each
 * further gateway that gets a copy.
 */

import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { readAnnouncementKeys } from '../../../src/broker/announcement-keys.ts';
import { topologyNames } from '../../../src/broker/topology.ts';
import type { CommandedProcess } from '../commands.ts';
import type { AnnouncerCommands } from '../load/announcer.ts';
import { startMeter } from '../meter.ts';
import { type Case, createFigures, onStage, type Stage, type Tenant, type World } from '../world.ts';

/** By events of one announcement: as many as one batch of a worker has. */
const LOADS = [
  { events: 1, announcementsPerSecond: 1_000 },
  { events: 1, announcementsPerSecond: 5_000 },
  { events: 16, announcementsPerSecond: 500 },
  { events: 100, announcementsPerSecond: 100 },
];

const MORE_GATEWAYS = 9;
const WARM_UP_SECONDS = 5;

/** A gateway that has just started is busy with itself. */
const SETTLE_MS = 3_000;

type Figures = ReturnType<typeof createFigures>;

export const announcementCosts: Case = {
  name: 'announcement-costs',
  async run(world) {
    const figures = createFigures('what announcements for shops elsewhere cost');
    for (let repetition = 0; repetition < world.repetitions; repetition++) {
      for (const load of LOADS) {
        world.say(`announcement-costs, ${load.events} in each, ${load.announcementsPerSecond} a second`);
        await onStage(world, (stage) => measureLoad(world, stage, figures, load));
      }
    }
    return figures.all;
  },
};

async function measureLoad(
  world: World,
  stage: Stage,
  figures: Figures,
  { events, announcementsPerSecond }: (typeof LOADS)[number],
): Promise<void> {
  const tenant = await stage.tenant();
  const gateway = await stage.bell({ env: tenant.env, roles: 'gateway', anywhere: true });
  const announcer = await startAnnouncer(stage, world, tenant);
  const load = `${events} ${events === 1 ? 'event' : 'events'} in each, ${announcementsPerSecond.toLocaleString('en')} a second`;
  const request = { announcementsPerSecond, events, seconds: world.pick(5, 20) };
  await announcer.ask('pace', { ...request, seconds: WARM_UP_SECONDS });
  const one = await measure(world, gateway, announcer, request);
  figures.add(load, 'gateway', 'µs an event', one.gateway / events);
  figures.add(load, 'gateway', 'µs an announcement', one.gateway);
  await announcer.ask('listen', { queues: MORE_GATEWAYS });
  const ten = await measure(world, gateway, announcer, request);
  const copy = (ten.rabbitmq - one.rabbitmq) / MORE_GATEWAYS;
  figures.add(load, 'RabbitMQ, for each further gateway', 'µs an announcement', copy);
  figures.add(load, 'size', 'bytes an event', one.bytes / events);
}

type Pace = Parameters<AnnouncerCommands['pace']>[0];

/** Microseconds of one announcement. */
async function measure(
  world: World,
  gateway: { pid: number },
  announcer: CommandedProcess<AnnouncerCommands>,
  pace: Pace,
) {
  await pause(SETTLE_MS);
  const spent = startMeter(world, { gateway });
  const { announcements, bytes } = await announcer.ask('pace', pace);
  await pause(500); // the last are on their way
  const { gateway: seconds = Number.NaN, RabbitMQ = Number.NaN } = spent();
  return { gateway: (seconds / announcements) * 1e6, rabbitmq: (RabbitMQ / announcements) * 1e6, bytes };
}

/** One that announces as the processes of that tenant do. */
export async function startAnnouncer(
  stage: Stage,
  { amqpUrl }: World,
  { env }: Tenant,
): Promise<CommandedProcess<AnnouncerCommands>> {
  const client = new pg.Client({ connectionString: env.DATABASE_URL });
  await client.connect();
  try {
    const [key] = await readAnnouncementKeys(client);
    if (key === undefined) throw new Error('there is no key for announcements');
    const { announcements: exchange } = topologyNames(env.AMQP_PREFIX ?? '');
    const announcer = stage.announcer();
    await announcer.ask('connect', { amqpUrl, exchange, key: key.toString('base64') });
    return announcer;
  } finally {
    await client.end();
  }
}
