/** From the publish to AMQP until the frame is at the socket, on a quiet line and at half of what the line carries. */

import { latencyOf } from '../statistics.ts';
import { type Case, createFigures, onStage, type World } from '../world.ts';

const SOCKETS = 100;

/** Both ends of the same time: 2 s to warm up are published, and not counted. */
const WARM_UP_SECONDS = 2;

export const latency: Case = {
  name: 'latency',
  async run(world) {
    const figures = createFigures('latency from AMQP publish to socket');
    const seconds = world.pick(5, 20);
    for (const perSecond of world.pick([200], [200, 4_000])) {
      const load = `${perSecond.toLocaleString('en')} events/s, ${SOCKETS} sockets`;
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

async function measure(world: World, subject: 'Orderbell' | 'bare pipe', perSecond: number, seconds: number) {
  return onStage(world, async (stage) => {
    const { env, exchange } = await stage.tenant();
    const url =
      subject === 'Orderbell'
        ? `${(await stage.bell({ env })).url.replace('http', 'ws')}/ws/till-{n}?shop=shop-{shop}`
        : (await stage.pipe().ask('start', { amqpUrl: world.amqpUrl, exchange, queue: `${exchange}.pipe` }))
            .url;
    const client = stage.client();
    const publisher = await stage.publisher(exchange);
    await client.ask('open', { url, count: SOCKETS, shops: 1, concurrency: 50, dialect: 'websocket' });
    for (const duration of [WARM_UP_SECONDS, seconds]) {
      await client.ask('arm', { frames: perSecond * duration * SOCKETS, sampleSockets: SOCKETS });
      await publisher.ask('pace', { perSecond, seconds: duration, shops: 1 });
      await client.ask('counted', { seconds: 60 });
    }
    const { latencies, cpuShare } = await client.ask('counted', { seconds: 1 });
    return { samples: latencies, cpuShare };
  });
}
