/**
 * Several gateways and workers as processes of their own: what an event costs each of them, and a frame. With more
 * processes than processors this says nothing of speed; it says what a unit costs, and whether that grows: there, and in
 * the servers behind.
 */

import { cpuSeconds, cpuSecondsOfAll } from '../commands.ts';
import { type Case, createFigures, onStage, type World } from '../world.ts';

const SOCKETS = 1_000;

/** A backlog: large batches for few shops. */
const BUSY = { shops: 20, perSecond: undefined };
/** What a platform sees all day: small batches, each event for another shop. */
const STEADY = { shops: 1_000, perSecond: 1_000 };
type Traffic = { shops: number; perSecond: number | undefined };

export const roles: Case = {
  name: 'roles',
  async run(world) {
    const figures = createFigures('processor time by role');
    const events = world.pick(10_000, 40_000);
    const steps: [workers: number, gateways: number, traffic: Traffic][] = [
      [1, 1, STEADY],
      [2, 2, STEADY],
      [1, 1, BUSY],
      [2, 1, BUSY],
      [4, 1, BUSY],
      [1, 2, BUSY],
      [1, 4, BUSY],
    ];
    for (const [workers, gateways, traffic] of steps) {
      const { shops, perSecond } = traffic;
      const pace =
        perSecond === undefined ? 'as fast as it goes' : `${perSecond.toLocaleString('en')} a second`;
      const load = `${pace}, ${shops.toLocaleString('en')} shops, ${workers} × worker, ${gateways} × gateway`;
      for (let repetition = 0; repetition < world.repetitions; repetition++) {
        world.say(`roles, ${load}`);
        const cost = await measure(world, workers, gateways, traffic, events);
        figures.add(load, 'workers together', 'µs an event', cost.worker);
        figures.add(load, 'gateways together', 'µs an event', cost.gateway);
        figures.add(load, 'gateways together', 'µs a frame', cost.frame);
        figures.add(load, 'Postgres', 'µs an event', cost.postgres);
        figures.add(load, 'RabbitMQ, publishing to it included', 'µs an event', cost.rabbitmq);
      }
    }
    return figures.all;
  },
};

async function measure(
  world: World,
  workerCount: number,
  gatewayCount: number,
  { shops, perSecond }: Traffic,
  events: number,
) {
  return onStage(world, async (stage) => {
    const { env, exchange } = await stage.tenant();
    const start = (role: string) => stage.bell({ env, roles: role, anywhere: true });
    const workers = await Promise.all(Array.from({ length: workerCount }, () => start('worker')));
    const gateways = await Promise.all(Array.from({ length: gatewayCount }, () => start('gateway')));
    const publisher = await stage.publisher(exchange);
    const clients = await Promise.all(
      gateways.map(async ({ url }) => {
        const client = stage.client();
        const address = `${url.replace('http', 'ws')}/ws/till-{n}-${new URL(url).port}?shop=shop-{shop}`;
        const count = SOCKETS / gateways.length;
        await client.ask('open', {
          url: address,
          count,
          shops,
          concurrency: 50,
          dialect: 'websocket',
        });
        return client;
      }),
    );
    const send = async (count: number) => {
      const frames = (count / shops) * (SOCKETS / gateways.length);
      for (const client of clients) await client.ask('arm', { frames, sampleSockets: 0 });
      if (perSecond === undefined) await publisher.ask('burst', { count, shops });
      else await publisher.ask('pace', { perSecond, seconds: count / perSecond, shops });
      for (const client of clients) await client.ask('counted', { seconds: 120 });
    };
    await send(2_000);
    const spent = (bells: { pid: number }[]) => bells.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0);
    const { postgres, rabbitmq } = world.serverPids;
    const before = {
      workers: spent(workers),
      gateways: spent(gateways),
      postgres: cpuSecondsOfAll(postgres),
      rabbitmq: cpuSecondsOfAll(rabbitmq),
    };
    await send(events);
    const gatewaySeconds = spent(gateways) - before.gateways;
    return {
      worker: ((spent(workers) - before.workers) / events) * 1e6,
      gateway: (gatewaySeconds / events) * 1e6,
      frame: (gatewaySeconds / ((events / shops) * SOCKETS)) * 1e6,
      postgres: ((cpuSecondsOfAll(postgres) - before.postgres) / events) * 1e6,
      rabbitmq: ((cpuSecondsOfAll(rabbitmq) - before.rabbitmq) / events) * 1e6,
    };
  });
}
