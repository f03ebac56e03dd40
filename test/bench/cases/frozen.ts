/** A client that reads no more beside a thousand that do: what it costs them, and the server's memory. */

import { residentBytes } from '../commands.ts';
import { latencyOf } from '../statistics.ts';
import { type Case, createFigures, onStage, type World } from '../world.ts';

const HEALTHY = 1_000;
const PER_SECOND = 200;

export const frozen: Case = {
  name: 'frozen',
  async run(world) {
    const figures = createFigures('frozen clients beside 1,000 healthy ones');
    const seconds = world.pick(8, 20);
    for (let repetition = 0; repetition < world.repetitions; repetition++) {
      for (const count of [0, 10]) {
        world.say(`frozen, ${count}`);
        const load = `${PER_SECOND} events/s, ${count} frozen`;
        const { samples, grownBytes, cpuShare } = await measure(world, count, seconds);
        const { p50, p99 } = latencyOf(samples);
        const subject = 'Orderbell';
        figures.add(`${load}, p50`, subject, 'ms', p50, cpuShare);
        figures.add(`${load}, p99`, subject, 'ms', p99);
        figures.add(`${load}, server memory`, subject, 'MB more', grownBytes / 1e6);
      }
    }
    return figures.all;
  },
};

async function measure(world: World, frozenCount: number, seconds: number) {
  return onStage(world, async (stage) => {
    const { env, exchange } = await stage.tenant();
    const bell = await stage.bell({ env });
    const url = `${bell.url.replace('http', 'ws')}/ws/till-{n}?shop=shop-{shop}`;
    const client = stage.client();
    const sleeper = stage.client();
    const publisher = await stage.publisher(exchange);
    const request = { shops: 1, concurrency: 100, dialect: 'websocket' } as const;
    await client.ask('open', { ...request, url, count: HEALTHY });
    await sleeper.ask('open', { ...request, url: url.replace('till', 'frozen'), count: 10 });
    await client.ask('arm', { frames: PER_SECOND * 2 * HEALTHY, sampleSockets: 50 });
    await publisher.ask('pace', { perSecond: PER_SECOND, seconds: 2, shops: 1 });
    await client.ask('counted', { seconds: 60 });
    const before = residentBytes(bell.pid);
    await sleeper.ask('freeze', { count: frozenCount });
    await client.ask('arm', { frames: PER_SECOND * seconds * HEALTHY, sampleSockets: 50 });
    await publisher.ask('pace', { perSecond: PER_SECOND, seconds, shops: 1 });
    const { latencies, cpuShare } = await client.ask('counted', { seconds: 60 });
    return { samples: latencies, grownBytes: residentBytes(bell.pid) - before, cpuShare };
  });
}
