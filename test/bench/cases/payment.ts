/** From the HTTP request that pays an order to the frame at each socket of its shop, beside the same durable writes by hand. */

import { latencyOf } from '../statistics.ts';
import { type Case, createFigures, onStage, type Stage, type World } from '../world.ts';

const SOCKETS = 100;
const RATES = [100, 300];
const WARM_UP_SECONDS = 2;

const SUBJECTS = ['Orderbell', 'three durable writes by hand'] as const;
type Subject = (typeof SUBJECTS)[number];

export const payment: Case = {
  name: 'payment',
  async run(world) {
    const figures = createFigures('payment request to socket');
    for (const perSecond of RATES) {
      const load = `${perSecond} payments/s, ${SOCKETS} sockets`;
      for (let repetition = 0; repetition < world.repetitions; repetition++) {
        for (const subject of SUBJECTS) {
          world.say(`payment, ${load}, ${subject}`);
          const { samples, cpuShare } = await measure(world, subject, perSecond);
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

async function measure(world: World, subject: Subject, perSecond: number) {
  return onStage(world, async (stage) => {
    const { httpUrl, url } = await start(stage, world, subject);
    const client = stage.client();
    const payer = stage.payer();
    await client.ask('open', { url, count: SOCKETS, shops: 1, concurrency: 50, dialect: 'websocket' });
    let samples: number[] = [];
    let cpuShare = 0;
    for (const seconds of [WARM_UP_SECONDS, world.pick(5, 20)]) {
      const count = perSecond * seconds;
      await payer.ask('prepare', { url: httpUrl, count, shopId: 'shop-0' });
      await client.ask('arm', { frames: count * SOCKETS, sampleSockets: SOCKETS });
      const paidAt = new Map(await payer.ask('pay', { perSecond }));
      const counted = await client.ask('counted', { seconds: 60 });
      cpuShare = counted.cpuShare;
      samples = counted.arrivals.map(
        ([orderId, micros]) => (micros - (paidAt.get(orderId) ?? micros)) / 1000,
      );
    }
    return { samples, cpuShare };
  });
}

async function start(stage: Stage, { amqpUrl }: World, subject: Subject) {
  const { env, exchange } = await stage.tenant();
  switch (subject) {
    case 'Orderbell': {
      const { url } = await stage.bell({ env });
      return { httpUrl: url, url: `${url.replace('http', 'ws')}/ws/till-{n}?shop=shop-{shop}` };
    }
    case 'three durable writes by hand': {
      const databaseUrl = env.DATABASE_URL ?? '';
      const source = { amqpUrl, exchange, queue: `${exchange}.pipe`, databaseUrl };
      const { url } = await stage.paidPipe().ask('start', source);
      return { httpUrl: new URL(url.replace('ws', 'http')).origin, url };
    }
  }
}
