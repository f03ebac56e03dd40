/** From the HTTP request that pays an order to the frame at each socket of its shop. */

import { latencyOf } from '../statistics.ts';
import { type Case, createFigures, onStage, type World } from '../world.ts';

const SOCKETS = 100;
const PER_SECOND = 100;
const WARM_UP_SECONDS = 2;

export const payment: Case = {
  name: 'payment',
  async run(world) {
    const figures = createFigures('payment request to socket');
    const load = `${PER_SECOND} payments/s, ${SOCKETS} sockets`;
    for (let repetition = 0; repetition < world.repetitions; repetition++) {
      world.say(`payment, ${load}`);
      const { samples, cpuShare } = await measure(world);
      const { p50, p99, p999 } = latencyOf(samples);
      figures.add(`${load}, p50`, 'Orderbell', 'ms', p50, cpuShare);
      figures.add(`${load}, p99`, 'Orderbell', 'ms', p99);
      figures.add(`${load}, p99.9`, 'Orderbell', 'ms', p999);
    }
    return figures.all;
  },
};

async function measure(world: World) {
  return onStage(world, async (stage) => {
    const { env } = await stage.tenant();
    const bell = await stage.bell({ env });
    const client = stage.client();
    const payer = stage.payer();
    const url = `${bell.url.replace('http', 'ws')}/ws/till-{n}?shop=shop-{shop}`;
    await client.ask('open', { url, count: SOCKETS, shops: 1, concurrency: 50, dialect: 'websocket' });
    let samples: number[] = [];
    let cpuShare = 0;
    for (const seconds of [WARM_UP_SECONDS, world.pick(5, 20)]) {
      const count = PER_SECOND * seconds;
      await payer.ask('prepare', { url: bell.url, count, shopId: 'shop-0' });
      await client.ask('arm', { frames: count * SOCKETS, sampleSockets: SOCKETS });
      const paidAt = new Map(await payer.ask('pay', { perSecond: PER_SECOND }));
      const counted = await client.ask('counted', { seconds: 60 });
      cpuShare = counted.cpuShare;
      samples = counted.arrivals.map(
        ([orderId, micros]) => (micros - (paidAt.get(orderId) ?? micros)) / 1000,
      );
    }
    return { samples, cpuShare };
  });
}
