/**
 * What an event and an order cost in each role and server, and in Postgres's bytes. Each role is a process of its own, and all
 * share the machine: so these are processor times, and no time is among them. What follows for a deployment stands in
 * config/scaling.md.
 */

import { setTimeout as pause } from 'node:timers/promises';
import { type Grown, type Spent, startGrowth, startMeter } from '../meter.ts';
import { type Case, createFigures, onStage, type Stage, type World } from '../world.ts';

type Figures = ReturnType<typeof createFigures>;

const SHOPS = 1_000;
const RATES = [200, 1_000, 3_000];

/** Each shop has had its first order when the warm-up is over. */
const ORDER_SHOPS = 200;
const ORDER_LOADS = [
  { perSecond: 100, answers: false },
  { perSecond: 100, answers: true },
  { perSecond: 300, answers: false },
];

/** Progress is written once a second. */
const SETTLE_MS = 2_000;

/** By then the engine has compiled what it will. */
const WARM_UP = { perSecond: 1_000, seconds: 10 };
const WARM_UP_ORDERS = { perSecond: 300, seconds: 6 };

/** Of every shop; no alert of a run gets so old that it fires. */
const POLICY = JSON.stringify({
  steps: [{ afterSeconds: 3_600, when: 'unacknowledged', targets: ['platform'] }],
  expireAfterSeconds: 7_200,
});
const TARGETS = JSON.stringify({
  platform: { kind: 'webhook', url: 'https://platform.example/', secret: `whsec_${'a'.repeat(44)}` },
});

export const unitCosts: Case = {
  name: 'unit-costs',
  async run(world) {
    const figures = createFigures('what an event and an order cost');
    for (let repetition = 0; repetition < world.repetitions; repetition++) {
      for (const perSecond of RATES) {
        world.say(`unit-costs, ${perSecond} events/s from AMQP`);
        const load = `${perSecond.toLocaleString('en')} events/s of ${SHOPS.toLocaleString('en')} shops`;
        await onStage(world, (stage) => events(world, stage, figures, load, perSecond));
      }
      for (const load of ORDER_LOADS) {
        const { perSecond, answers } = load;
        world.say(`unit-costs, ${perSecond} orders/s over HTTP${answers ? ', answered' : ''}`);
        await onStage(world, (stage) => orders(world, stage, figures, load));
      }
    }
    return figures.all;
  },
};

/** Published to AMQP, one till a shop. */
async function events(world: World, stage: Stage, figures: Figures, load: string, perSecond: number) {
  const { env, exchange } = await stage.tenant();
  const worker = await stage.bell({ env, roles: 'worker', anywhere: true });
  const gateway = await stage.bell({ env, roles: 'gateway', anywhere: true });
  const client = stage.client();
  const publisher = await stage.publisher(exchange);
  const url = `${gateway.url.replace('http', 'ws')}/ws/till-{n}?shop=shop-{shop}`;
  await client.ask('open', { url, count: SHOPS, shops: SHOPS, concurrency: 50, dialect: 'websocket' });
  async function send(pace: { perSecond: number; seconds: number }): Promise<number> {
    const frames = pace.perSecond * pace.seconds;
    await client.ask('arm', { frames, sampleSockets: 0 });
    await publisher.ask('pace', { ...pace, shops: SHOPS, isScattered: true });
    await client.ask('counted', { seconds: 60 });
    return frames;
  }
  await send(WARM_UP);
  const grown = await startGrowth(env.DATABASE_URL ?? '');
  const spent = startMeter(world, { worker, gateway });
  const count = await send({ perSecond, seconds: world.pick(8, 20) });
  addTimes(figures, load, spent(), count);
  addGrowth(figures, load, await grown(), count);
}

/** Made and paid for over HTTP, with tills that answer or do not. */
async function orders(
  world: World,
  stage: Stage,
  figures: Figures,
  { perSecond, answers }: (typeof ORDER_LOADS)[number],
) {
  const { env: servers } = await stage.tenant();
  const env = { ...servers, ESCALATION_POLICY: POLICY, ESCALATION_TARGETS: TARGETS };
  const start = (roles: string) => stage.bell({ env, roles, anywhere: true });
  const http = await start('http');
  const processes = {
    http,
    relay: await start('relay'),
    worker: await start('worker'),
    gateway: await start('gateway'),
    escalator: await start('escalator'),
  };
  const tills = stage.tills();
  const { url } = processes.gateway;
  await tills.ask('open', { url, count: ORDER_SHOPS, shops: ORDER_SHOPS, concurrency: 50, answers });
  const payer = stage.payer();
  const end = answers ? 'each alert seen, spoken and acknowledged' : 'paid for and rung';
  const load = `orders over HTTP, ${perSecond} a second, ${end}`;
  for (const pace of [WARM_UP_ORDERS, { perSecond, seconds: world.pick(8, 20) }]) {
    const count = pace.perSecond * pace.seconds;
    const isCounted = pace !== WARM_UP_ORDERS;
    const grown = await startGrowth(servers.DATABASE_URL ?? '');
    const spentOnMaking = startMeter(world, { http });
    await payer.ask('prepare', { url: http.url, count, shops: ORDER_SHOPS });
    if (isCounted) addTimes(figures, 'an order is made over HTTP', spentOnMaking(), count);
    await tills.ask('arm', null);
    const spent = startMeter(world, processes);
    await payer.ask('pay', { perSecond: pace.perSecond });
    const { alerts } = await tills.ask('counted', { alerts: count, seconds: 60 });
    if (alerts !== count) throw new Error(`${alerts} of ${count} alerts came`);
    await pause(SETTLE_MS);
    if (!isCounted) continue;
    addTimes(figures, load, spent(), count);
    addGrowth(figures, load, await grown(), count);
  }
}

function addTimes(figures: Figures, load: string, spent: Spent, count: number): void {
  for (const [name, seconds] of Object.entries(spent)) {
    figures.add(load, name, 'µs each', (seconds / count) * 1e6);
  }
}

/** Tables that hardly grew with the load are left out. */
function addGrowth(figures: Figures, load: string, { walBytes, tables }: Grown, count: number): void {
  figures.add(load, 'write-ahead log of Postgres', 'bytes each', walBytes / count);
  for (const { name, rows, bytes } of tables) {
    if (bytes / count < 8) continue;
    figures.add(load, `table ${name}`, 'bytes each', bytes / count);
    figures.add(load, `table ${name}`, 'rows each', rows / count);
  }
}
