/** Events a second through the log, to 10 sockets: what waits in the queue is drained, and publishing beside it. */

import { type Case, createFigures, onStage, type Stage, type World } from '../world.ts';

const SOCKETS = 10;

export const throughput: Case = {
  name: 'throughput',
  async run(world) {
    const figures = createFigures('events through the log');
    const events = world.pick(20_000, 60_000);
    for (const shops of [1, 10, 1_000]) {
      for (const how of ['draining', 'sustained'] as const) {
        const load = `${how}, ${shops.toLocaleString('en')} ${shops === 1 ? 'shop' : 'shops'}`;
        for (let repetition = 0; repetition < world.repetitions; repetition++) {
          world.say(`throughput, ${load}`);
          for (const subject of ['Orderbell', 'bare pipe'] as const) {
            const { rate, cpuShare } = await measure(world, subject, how, shops, events);
            figures.add(load, subject, 'events/s', rate, cpuShare);
          }
        }
      }
    }
    return figures.all;
  },
};

/** What chose the defaults of `worker.maxBatch` and `worker.prefetch`. */
export const batches: Case = {
  name: 'batches',
  async run(world) {
    const figures = createFigures('draining, by the largest batch and the prefetch');
    for (let repetition = 0; repetition < world.repetitions; repetition++) {
      for (const maxBatch of [500, 1_000, 2_000, 4_000]) {
        const prefetch = maxBatch * 4;
        const settings = { WORKER_MAX_BATCH: String(maxBatch), WORKER_PREFETCH: String(prefetch) };
        for (const shops of [1, 1_000]) {
          const load = `batches of ${maxBatch}, prefetch ${prefetch}, ${shops.toLocaleString('en')} ${shops === 1 ? 'shop' : 'shops'}`;
          world.say(`batches, ${load}`);
          const { rate } = await measure(world, 'Orderbell', 'draining', shops, 60_000, settings);
          figures.add(load, 'Orderbell', 'events/s', rate);
        }
      }
    }
    return figures.all;
  },
};

async function measure(
  world: World,
  subject: 'Orderbell' | 'bare pipe',
  how: 'draining' | 'sustained',
  shops: number,
  events: number,
  settings: Record<string, string> = {},
) {
  return onStage(world, async (stage) => {
    const { env, exchange } = await stage.tenant();
    const server =
      subject === 'Orderbell'
        ? await bellOf(stage, { ...env, ...settings })
        : await pipeOf(stage, world, exchange);
    const client = stage.client();
    const publisher = await stage.publisher(exchange);
    await client.ask('open', {
      url: server.url,
      count: SOCKETS,
      shops,
      concurrency: 10,
      dialect: 'websocket',
    });
    // Each event reaches the sockets of its shop; with more shops than sockets most reach nobody.
    const framesOf = (count: number) => (count / shops) * SOCKETS;
    const warmUp = 2_000;
    await client.ask('arm', { frames: framesOf(warmUp), sampleSockets: 0 });
    await publisher.ask('burst', { count: warmUp, shops });
    await client.ask('counted', { seconds: 60 });

    await client.ask('arm', { frames: framesOf(events), sampleSockets: 0 });
    if (how === 'draining') {
      server.hold();
      await publisher.ask('burst', { count: events, shops });
    }
    const started = performance.now();
    if (how === 'draining') server.release();
    else await publisher.ask('burst', { count: events, shops });
    const { cpuShare } = await client.ask('counted', { seconds: 120 });
    return { rate: events / ((performance.now() - started) / 1000), cpuShare };
  });
}

async function bellOf(stage: Stage, env: Record<string, string>) {
  const bell = await stage.bell({ env });
  return { ...bell, url: `${bell.url.replace('http', 'ws')}/ws/till-{n}?shop=shop-{shop}` };
}

async function pipeOf(stage: Stage, world: World, exchange: string) {
  const pipe = stage.pipe();
  const { url } = await pipe.ask('start', { amqpUrl: world.amqpUrl, exchange, queue: `${exchange}.pipe` });
  return {
    url,
    hold: () => void process.kill(pipe.pid, 'SIGSTOP'),
    release: () => void process.kill(pipe.pid, 'SIGCONT'),
  };
}
