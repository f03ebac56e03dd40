/**
 * What a frame costs, and what an idle session takes to be kept open and compared with the log. Its memory is measured by the
 * cases `memory` and `many-shops`.
 */

import { setTimeout as pause } from 'node:timers/promises';
import { affordable } from '../commands.ts';
import { startMeter } from '../meter.ts';
import { type Case, createFigures, onStage, type Stage, type World } from '../world.ts';

const V1 = 'orderbell.v1';
const SETTLE_MS = 5_000;

/** Several heartbeats of 25 s, and comparisons of 5. */
const IDLE_SECONDS = 60;

const FRAME_EVENTS_A_SECOND = 100;
const WARM_UP_SECONDS = 10;
const FRAME_SOCKETS = [1, 1_000];

type Figures = ReturnType<typeof createFigures>;

export const sessionCosts: Case = {
  name: 'session-costs',
  async run(world) {
    const figures = createFigures('what a session and a frame cost');
    for (let repetition = 0; repetition < world.repetitions; repetition++) {
      world.say('session-costs, idle sessions');
      await onStage(world, (stage) => idle(world, stage, figures));
      world.say('session-costs, frames');
      await onStage(world, (stage) => frame(world, stage, figures));
    }
    return figures.all;
  },
};

const socketUrl = (url: string) => `${url.replace('http', 'ws')}/ws/till-{n}?shop=shop-{shop}`;

/** Each of a shop of its own, over orderbell.v1. */
async function idle(world: World, stage: Stage, figures: Figures): Promise<void> {
  const count = affordable(world.pick(2_000, 20_000));
  const load = `${count.toLocaleString('en')} idle sessions of orderbell.v1, each of another shop`;
  const { env } = await stage.tenant();
  const gateway = await stage.bell({ env, roles: 'gateway', anywhere: true });
  const seconds = world.pick(IDLE_SECONDS / 2, IDLE_SECONDS);

  async function rest(): Promise<Record<string, number>> {
    await pause(SETTLE_MS);
    const spent = startMeter(world, { gateway });
    await pause(seconds * 1000);
    return spent();
  }

  const alone = await rest();
  const client = stage.client();
  const request = { url: socketUrl(gateway.url), count, shops: count, concurrency: 100 };
  await client.ask('open', { ...request, dialect: 'websocket', protocol: V1 });
  await client.ask('ready', { count, seconds: 60 });
  const inUse = await rest();
  const perSession = 60 / seconds / count;
  for (const [name, spent] of Object.entries(inUse)) {
    figures.add(load, name, 'µs a session and minute', (spent - (alone[name] ?? 0)) * perSession * 1e6);
  }
}

/** The difference between an event with one socket and with a thousand. */
async function frame(world: World, stage: Stage, figures: Figures): Promise<void> {
  const { env, exchange } = await stage.tenant();
  await stage.bell({ env, roles: 'worker', anywhere: true });
  const gateway = await stage.bell({ env, roles: 'gateway', anywhere: true });
  const publisher = await stage.publisher(exchange);
  const client = stage.client();
  const seconds = world.pick(5, 20);
  const costs: number[] = [];
  for (const count of FRAME_SOCKETS) {
    const request = { url: socketUrl(gateway.url), count, shops: 1, concurrency: 50 };
    await client.ask('open', { ...request, dialect: 'websocket' });
    let events = 0;
    let spent = startMeter(world, { gateway });
    for (const duration of [WARM_UP_SECONDS, seconds]) {
      spent = startMeter(world, { gateway });
      events = FRAME_EVENTS_A_SECOND * duration;
      await client.ask('arm', { frames: events * count, sampleSockets: 0 });
      await publisher.ask('pace', { perSecond: FRAME_EVENTS_A_SECOND, seconds: duration, shops: 1 });
      await client.ask('counted', { seconds: 60 });
    }
    costs.push(((spent().gateway ?? Number.NaN) / events) * 1e6);
  }
  const [one = Number.NaN, thousand = Number.NaN] = costs;
  figures.add('one shop, 100 events/s, 1 socket', 'gateway', 'µs an event', one);
  const more = (FRAME_SOCKETS[1] ?? 0) - (FRAME_SOCKETS[0] ?? 0);
  figures.add('each further socket of that shop', 'gateway', 'µs a frame', (thousand - one) / more);
}
