/** What sessions cost: memory of those that are idle, the opening of many, and a herd that comes back all at once. */

import { setTimeout as pause } from 'node:timers/promises';
import { affordable, residentBytes } from '../commands.ts';
import { type Case, createFigures, onStage, type Stage, type World } from '../world.ts';

const V1 = 'orderbell.v1';

export const memory: Case = {
  name: 'memory',
  async run(world) {
    const figures = createFigures('resident memory of an idle session');
    const count = world.pick(5_000, affordable(20_000));
    const load = `${count.toLocaleString('en')} sockets`;
    for (let repetition = 0; repetition < world.repetitions; repetition++) {
      for (const protocol of [undefined, V1]) {
        world.say(`memory, ${load}, ${protocol ?? 'plain'}`);
        const bytes = await onStage(world, async (stage) => {
          const { env } = await stage.tenant();
          const bell = await stage.bell({ env });
          return grownBy(stage, bell.pid, socketUrl(bell.url), count, protocol);
        });
        figures.add(load, `Orderbell, ${protocol ?? 'plain'}`, 'kB', bytes / count / 1000);
      }
      const bare = await onStage(world, async (stage) => {
        const control = stage.control('uws');
        return grownBy(stage, control.pid, (await control.ask('listen', null)).url, count, undefined);
      });
      figures.add(load, 'bare uWS', 'kB', bare / count / 1000);
    }
    return figures.all;
  },
};

export const connections: Case = {
  name: 'connections',
  async run(world) {
    const figures = createFigures('connections a second');
    const count = world.pick(2_000, 5_000);
    const load = `${count.toLocaleString('en')} sockets`;
    for (let repetition = 0; repetition < world.repetitions; repetition++) {
      world.say(`connections, ${load}`);
      for (const kind of ['plain', 'v1', 'v1 with 10 to catch up'] as const) {
        const opened = await onStage(world, async (stage) => {
          const { env, exchange } = await stage.tenant();
          const bell = await stage.bell({ env });
          const client = stage.client();
          if (kind === 'v1 with 10 to catch up') await logEvents(stage, bell.url, exchange, 10);
          const url =
            kind === 'v1 with 10 to catch up' ? `${socketUrl(bell.url)}&since=0` : socketUrl(bell.url);
          const request = { url, count, shops: 1, concurrency: 100, dialect: 'websocket' } as const;
          const { seconds, cpuShare } = await client.ask(
            'open',
            kind === 'plain' ? request : { ...request, protocol: V1 },
          );
          if (kind === 'plain') return { seconds, cpuShare };
          const { secondsSinceOpen } = await client.ask('ready', { count, seconds: 60 });
          return { seconds: secondsSinceOpen, cpuShare };
        });
        figures.add(load, `Orderbell, ${kind}`, 'a second', count / opened.seconds, opened.cpuShare);
      }
      const bare = await openBare(world, count);
      figures.add(load, 'bare uWS', 'a second', count / bare.seconds, bare.cpuShare);
    }
    return figures.all;
  },
};

/** What comes back after a crash of a gateway: each socket is of another shop, and opens its feed. */
export const manyShops: Case = {
  name: 'many-shops',
  async run(world) {
    const figures = createFigures('connections a second, each of another shop');
    const count = affordable(world.pick(2_000, 10_000));
    const missed = 10;
    const load = `${count.toLocaleString('en')} sockets of as many shops`;
    for (let repetition = 0; repetition < world.repetitions; repetition++) {
      world.say(`many-shops, ${load}`);
      for (const kind of ['plain', `v1 with ${missed} to catch up`] as const) {
        const { seconds, cpuShare, bytes } = await onStage(world, (stage) =>
          openManyShops(stage, count, kind === 'plain' ? 0 : missed),
        );
        figures.add(load, `Orderbell, ${kind}`, 'a second', count / seconds, cpuShare);
        figures.add(`${load}, resident memory of each`, `Orderbell, ${kind}`, 'kB', bytes / count / 1000);
      }
      const bare = await openBare(world, count);
      figures.add(load, 'bare uWS', 'a second', count / bare.seconds, bare.cpuShare);
    }
    return figures.all;
  },
};

/** With so many alerts of each shop to catch up with, over orderbell.v1; with none, plain. */
async function openManyShops(stage: Stage, count: number, missed: number) {
  const { env, exchange } = await stage.tenant();
  const logging = await stage.bell({ env, anywhere: true });
  const request = { count, shops: count, concurrency: 200, dialect: 'websocket' } as const;
  const maker = stage.client();
  await maker.ask('open', { ...request, url: socketUrl(logging.url) });
  if (missed > 0) {
    await maker.ask('arm', { frames: count * missed, sampleSockets: 0 });
    const publisher = await stage.publisher(exchange);
    await publisher.ask('burst', { count: count * missed, shops: count });
    await maker.ask('counted', { seconds: 120 });
    await publisher.stop();
  }
  await maker.stop();
  await logging.stop();
  const bell = await stage.bell({ env });
  await pause(SETTLE_MS);
  const before = residentBytes(bell.pid);
  const client = stage.client();
  const opened =
    missed === 0
      ? await client.ask('open', { ...request, url: socketUrl(bell.url) })
      : await client.ask('open', { ...request, url: `${socketUrl(bell.url)}&since=0`, protocol: V1 });
  const seconds =
    missed === 0 ? opened.seconds : (await client.ask('ready', { count, seconds: 120 })).secondsSinceOpen;
  await pause(SETTLE_MS);
  return { seconds, cpuShare: opened.cpuShare, bytes: residentBytes(bell.pid) - before };
}

export const herd: Case = {
  name: 'herd',
  async run(world) {
    const figures = createFigures('a herd that comes back');
    const count = world.pick(1_000, 5_000);
    const missed = 20;
    const load = `${count.toLocaleString('en')} sockets cut at once, ${missed} alerts meanwhile`;
    for (let repetition = 0; repetition < world.repetitions; repetition++) {
      world.say(`herd, ${load}`);
      const back = await onStage(world, async (stage) => {
        const { env, exchange } = await stage.tenant();
        const bell = await stage.bell({ env });
        const client = stage.client();
        await logEvents(stage, bell.url, exchange, 10);
        const request = { count, shops: 1, concurrency: 500, dialect: 'websocket', protocol: V1 } as const;
        await client.ask('open', { ...request, url: socketUrl(bell.url) });
        await client.ask('ready', { count, seconds: 60 });
        await client.ask('cut', null);
        await logEvents(stage, bell.url, exchange, missed);
        const { cpuShare } = await client.ask('open', { ...request, url: `${socketUrl(bell.url)}&since=10` });
        const { secondsSinceOpen, notifications } = await client.ask('ready', { count, seconds: 60 });
        if (notifications !== count * missed)
          throw new Error(`${notifications} of ${count * missed} alerts came`);
        return { seconds: secondsSinceOpen, cpuShare };
      });
      figures.add(load, 'Orderbell, all caught up', 's', back.seconds, back.cpuShare);
      const bare = await openBareAgain(world, count, 500);
      figures.add(load, 'bare uWS, connected', 's', bare.seconds, bare.cpuShare);
    }
    return figures.all;
  },
};

const socketUrl = (url: string) => `${url.replace('http', 'ws')}/ws/till-{n}?shop=shop-{shop}`;

async function openBare(world: World, count: number) {
  return onStage(world, async (stage) => {
    const { url } = await stage.control('uws').ask('listen', null);
    return stage.client().ask('open', { url, count, shops: 1, concurrency: 100, dialect: 'websocket' });
  });
}

/** As the herd does it: both programs have done it before. */
async function openBareAgain(world: World, count: number, concurrency: number) {
  return onStage(world, async (stage) => {
    const { url } = await stage.control('uws').ask('listen', null);
    const client = stage.client();
    const request = { url, count, shops: 1, concurrency, dialect: 'websocket' } as const;
    await client.ask('open', request);
    await client.ask('cut', null);
    return client.ask('open', request);
  });
}

/** Publishes, and waits until a socket that began before has seen them all. */
async function logEvents(stage: Stage, url: string, exchange: string, count: number): Promise<void> {
  const watcher = stage.client();
  const publisher = await stage.publisher(exchange);
  const request = { url: socketUrl(url).replace('{n}', 'watcher'), count: 1, shops: 1, concurrency: 1 };
  await watcher.ask('open', { ...request, dialect: 'websocket' });
  await watcher.ask('arm', { frames: count, sampleSockets: 0 });
  await publisher.ask('burst', { count, shops: 1 });
  await watcher.ask('counted', { seconds: 30 });
  await watcher.stop();
  await publisher.stop();
}

const SETTLE_MS = 3_000;

async function grownBy(stage: Stage, pid: number, url: string, count: number, protocol: string | undefined) {
  const client = stage.client();
  await pause(SETTLE_MS);
  const before = residentBytes(pid);
  const request = { url, count, shops: 100, concurrency: 100, dialect: 'websocket' } as const;
  await client.ask('open', protocol === undefined ? request : { ...request, protocol });
  await pause(SETTLE_MS);
  return residentBytes(pid) - before;
}
