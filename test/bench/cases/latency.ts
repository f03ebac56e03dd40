/** From the publish to AMQP until the frame is at the socket, on a quiet line and at half of what the line carries. */

import { latencyOf } from '../statistics.ts';
import { type Case, createFigures, onStage, type Stage, type World } from '../world.ts';

const SOCKETS = 100;

/** Both ends of the same time: 2 s to warm up are published, and not counted. */
const WARM_UP_SECONDS = 2;

export const latency: Case = {
  name: 'latency',
  async run(world) {
    const figures = createFigures('latency from AMQP publish to socket');
    const seconds = world.pick(5, 20);
    const half = Math.round((await sustainedRate(world)) / 200) * 100;
    for (const [perSecond, name] of [
      [200, 'quiet'],
      [half, 'half of saturation'],
    ] as const) {
      const load = `${name}: ${perSecond.toLocaleString('en')} events/s, ${SOCKETS} sockets`;
      for (let repetition = 0; repetition < world.repetitions; repetition++) {
        world.say(`latency, ${load}`);
        for (const subject of ['Orderbell', 'bare pipe'] as const) {
          const { samples, cpuShare } = await measure(world, subject, perSecond, seconds);
          const { p50, p99, p999 } = latencyOf(samples);
          figures.add(`${load}, p50`, subject, 'ms', p50, cpuShare);
          figures.add(`${load}, p99`, subject, 'ms', p99);
          figures.add(`${load}, p99.9`, subject, 'ms', p999);
        }
      }
    }
    return figures.all;
  },
};

/** Events a second that Orderbell takes while they are published as fast as the broker confirms. */
async function sustainedRate(world: World): Promise<number> {
  const events = 30_000;
  world.say('latency, looking for saturation');
  return onStage(world, async (stage) => {
    const { client, publisher } = await arrange(stage, world, 'Orderbell');
    for (const count of [2_000, events]) {
      await client.ask('arm', { frames: count * SOCKETS, sampleSockets: 0 });
      await publisher.ask('burst', { count, shops: 1 });
      await client.ask('counted', { seconds: 60 });
    }
    const { seconds } = await client.ask('counted', { seconds: 1 });
    return events / seconds;
  });
}

type Subject = 'Orderbell' | 'bare pipe';

async function measure(world: World, subject: Subject, perSecond: number, seconds: number) {
  return onStage(world, async (stage) => {
    const { client, publisher } = await arrange(stage, world, subject);
    for (const duration of [WARM_UP_SECONDS, seconds]) {
      // To look at each of a million frames a second would be the client's whole day.
      const sampleSockets = Math.max(2, Math.min(SOCKETS, Math.round(20_000 / perSecond)));
      await client.ask('arm', { frames: perSecond * duration * SOCKETS, sampleSockets });
      await publisher.ask('pace', { perSecond, seconds: duration, shops: 1 });
      await client.ask('counted', { seconds: 60 });
    }
    const { latencies, cpuShare } = await client.ask('counted', { seconds: 1 });
    return { samples: latencies, cpuShare };
  });
}

async function arrange(stage: Stage, world: World, subject: Subject) {
  const { env, exchange } = await stage.tenant();
  const url =
    subject === 'Orderbell'
      ? `${(await stage.bell({ env })).url.replace('http', 'ws')}/ws/till-{n}?shop=shop-{shop}`
      : (await stage.pipe().ask('start', { amqpUrl: world.amqpUrl, exchange, queue: `${exchange}.pipe` }))
          .url;
  const client = stage.client();
  const publisher = await stage.publisher(exchange);
  await client.ask('open', { url, count: SOCKETS, shops: 1, concurrency: 50, dialect: 'websocket' });
  return { client, publisher };
}
