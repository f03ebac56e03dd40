/**
 * One gateway among fifty of a platform of 1,000,000 shops at one order a shop and minute: a real one with a fiftieth of the
 * shops, whose events come the whole way, from AMQP by a real worker; and the announcements of all the others, signed, as
 * workers elsewhere would send them. What the gateway takes, and how long its own shops' alerts are under way, with the
 * others' announcements and without. `GATEWAY_SHOPS` scales its shops; the announcements are never scaled.
 */

import { affordable, residentBytes } from '../commands.ts';
import { startMeter } from '../meter.ts';
import { latencyOf } from '../statistics.ts';
import { type Case, createFigures, onStage, type World } from '../world.ts';
import { startAnnouncer } from './announcement-costs.ts';

const SHOPS = 1_000_000;
const GATEWAYS = 50;
const EVENTS_A_SECOND = SHOPS / 60;

const LOADS = [
  { others: 'alone', events: 0 },
  { others: 'among fifty, announcements of 16 events', events: 16 },
  { others: 'among fifty, announcements of 100 events', events: 100 },
];

const WARM_UP_SECONDS = 10;

export const oneOfFifty: Case = {
  name: 'one-of-fifty',
  async run(world) {
    const figures = createFigures('one gateway among fifty, 1,000,000 shops');
    const wanted = Number(process.env.GATEWAY_SHOPS ?? world.pick(2_000, SHOPS / GATEWAYS));
    const shops = affordable(wanted);
    const perSecond = Math.round(shops / 60);
    const load = `${shops.toLocaleString('en')} shops of its own, ${perSecond} events/s for them`;
    for (let repetition = 0; repetition < world.repetitions; repetition++) {
      for (const { others, events } of LOADS) {
        world.say(`one-of-fifty, ${load}, ${others}`);
        const { p50, p99, cpuShare, ...spent } = await measure(world, shops, perSecond, events);
        figures.add(`${load}, p50`, others, 'ms', p50, cpuShare);
        figures.add(`${load}, p99`, others, 'ms', p99);
        figures.add(`${load}, the gateway`, others, '% of a processor', spent.gateway);
        figures.add(`${load}, the gateway, resident`, others, 'MB', spent.bytes / 1e6);
        figures.add(`${load}, Postgres`, others, '% of a processor', spent.postgres);
        figures.add(`${load}, RabbitMQ`, others, '% of a processor', spent.rabbitmq);
      }
    }
    return figures.all;
  },
};

/** Without others, `events` of an announcement is 0. */
async function measure(world: World, shops: number, perSecond: number, events: number) {
  return onStage(world, async (stage) => {
    const tenant = await stage.tenant();
    const { env, exchange } = tenant;
    await stage.bell({ env, roles: 'worker', anywhere: true });
    const gateway = await stage.bell({ env, roles: 'gateway' });
    const client = stage.client();
    const publisher = await stage.publisher(exchange);
    const announcer = await startAnnouncer(stage, world, tenant);
    const url = `${gateway.url.replace('http', 'ws')}/ws/till-{n}?shop=shop-{shop}`;
    const request = { url, count: shops, shops, concurrency: 100, protocol: 'orderbell.v1' };
    await client.ask('open', { ...request, dialect: 'websocket' });
    await client.ask('ready', { count: shops, seconds: 120 });

    async function run(seconds: number) {
      await client.ask('arm', { frames: perSecond * seconds, sampleSockets: shops });
      const others = events === 0 ? 0 : (EVENTS_A_SECOND * (1 - 1 / GATEWAYS)) / events;
      const spent = startMeter(world, { gateway });
      const began = performance.now();
      await Promise.all([
        publisher.ask('pace', { perSecond, seconds, shops, isScattered: true }),
        others === 0 || announcer.ask('pace', { announcementsPerSecond: others, seconds, events }),
      ]);
      const { latencies, cpuShare } = await client.ask('counted', { seconds: 60 });
      const share = 100 / ((performance.now() - began) / 1000);
      const { gateway: own = Number.NaN, Postgres = Number.NaN, RabbitMQ = Number.NaN } = spent();
      return {
        ...latencyOf(latencies),
        cpuShare,
        bytes: residentBytes(gateway.pid),
        gateway: own * share,
        postgres: Postgres * share,
        rabbitmq: RabbitMQ * share,
      };
    }

    await run(WARM_UP_SECONDS);
    return run(world.pick(10, 30));
  });
}
