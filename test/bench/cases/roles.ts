/**
 * Several gateways and workers as processes of their own: what an event costs each of them, and a frame. With more
 * processes than processors this says nothing of speed; it says what a unit costs, and whether that grows.
 */

import { cpuSeconds } from '../commands.ts';
import { type Case, createFigures, onStage, type World } from '../world.ts';

const SOCKETS = 1_000;
const SHOPS = 20;

export const roles: Case = {
  name: 'roles',
  async run(world) {
    const figures = createFigures('processor time by role');
    const events = world.pick(10_000, 40_000);
    for (const [workers, gateways] of world.pick(
      [
        [1, 1],
        [2, 2],
      ],
      [
        [1, 1],
        [2, 1],
        [4, 1],
        [1, 2],
        [1, 4],
        [4, 4],
      ],
    )) {
      const load = `${workers} × worker, ${gateways} × gateway`;
      for (let repetition = 0; repetition < world.repetitions; repetition++) {
        world.say(`roles, ${load}`);
        const cost = await measure(world, workers ?? 1, gateways ?? 1, events);
        figures.add(load, 'workers together', 'µs an event', cost.worker);
        figures.add(load, 'gateways together', 'µs an event', cost.gateway);
        figures.add(load, 'gateways together', 'µs a frame', cost.frame);
      }
    }
    return figures.all;
  },
};

async function measure(world: World, workerCount: number, gatewayCount: number, events: number) {
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
          shops: SHOPS,
          concurrency: 50,
          dialect: 'websocket',
        });
        return client;
      }),
    );
    const send = async (count: number) => {
      const frames = (count / SHOPS) * (SOCKETS / gateways.length);
      for (const client of clients) await client.ask('arm', { frames, sampleSockets: 0 });
      await publisher.ask('burst', { count, shops: SHOPS });
      for (const client of clients) await client.ask('counted', { seconds: 120 });
    };
    await send(2_000);
    const spent = (bells: { pid: number }[]) => bells.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0);
    const before = { workers: spent(workers), gateways: spent(gateways) };
    await send(events);
    const gatewaySeconds = spent(gateways) - before.gateways;
    return {
      worker: ((spent(workers) - before.workers) / events) * 1e6,
      gateway: (gatewaySeconds / events) * 1e6,
      frame: (gatewaySeconds / ((events / SHOPS) * SOCKETS)) * 1e6,
    };
  });
}
