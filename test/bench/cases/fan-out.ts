/**
 * Fan-out at saturation: events wait in the queue, everybody listens to one shop, and all is sent as fast as it goes. The
 * controls send the same bytes, singly and 16 in one turn.
 */

import { affordable } from '../commands.ts';
import {
  type Case,
  type CentrifugoSubject,
  centrifugoSubjects,
  createFigures,
  onStage,
  type World,
} from '../world.ts';

const FRAME = '{"type":1,"orderId":123456,"content":"订单号： T1234567890123"}';

/** No client is to be cut for being slower than the server: all peers get the same room. */
const ROOM = String(64 * 1024 * 1024);

const CONTROLS = [
  { name: 'uws', perTurn: 16, subject: 'bare uWS, 16 a turn', dialect: 'websocket' },
  { name: 'uws', perTurn: 1, subject: 'bare uWS, 1 a turn', dialect: 'websocket' },
  { name: 'ws', perTurn: 16, subject: 'ws', dialect: 'websocket' },
  { name: 'socket-io', perTurn: 16, subject: 'Socket.IO', dialect: 'socket.io' },
] as const;

export const fanOut: Case = {
  name: 'fan-out',
  async run(world) {
    const figures = createFigures('fan-out at saturation');
    for (const sockets of world.pick([100, 1_000], [100, 1_000, 5_000, affordable(20_000)])) {
      const load = `${sockets.toLocaleString('en')} sockets`;
      const events = Math.max(200, Math.min(20_000, Math.round(world.pick(1_500_000, 6_000_000) / sockets)));
      for (let repetition = 0; repetition < world.repetitions; repetition++) {
        world.say(`fan-out, ${load}, ${events} events`);
        const ours = await measureBell(world, sockets, events);
        figures.add(load, 'Orderbell', 'frames/s', ours.rate, ours.cpuShare);
        for (const control of CONTROLS) {
          // The slow peers would take minutes for what the fast ones do in seconds.
          const count = control.perTurn === 16 && control.name === 'uws' ? events : Math.ceil(events / 8);
          const theirs = await measureControl(world, control, sockets, count);
          figures.add(load, control.subject, 'frames/s', theirs.rate, theirs.cpuShare);
        }
        for (const subject of centrifugoSubjects(world)) {
          const theirs = await measureCentrifugo(world, subject, sockets, Math.ceil(events / 8));
          figures.add(load, subject, 'frames/s', theirs.rate, theirs.cpuShare);
        }
      }
    }
    return figures.all;
  },
};

async function measureBell(world: World, sockets: number, events: number) {
  return onStage(world, async (stage) => {
    const { env, exchange } = await stage.tenant();
    const bell = await stage.bell({ env: { ...env, GATEWAY_MAX_BACKPRESSURE_BYTES: ROOM } });
    const client = stage.client();
    const publisher = await stage.publisher(exchange);
    const url = `${bell.url.replace('http', 'ws')}/ws/till-{n}?shop=shop-{shop}`;
    await client.ask('open', { url, count: sockets, shops: 1, concurrency: 200, dialect: 'websocket' });
    await warmUp(publisher, client, sockets);
    bell.hold();
    await publisher.ask('burst', { count: events, shops: 1 });
    await client.ask('arm', { frames: events * sockets, sampleSockets: 0 });
    bell.release();
    const { frames, seconds, cpuShare } = await client.ask('counted', { seconds: 120 });
    return { rate: frames / seconds, cpuShare };
  });
}

/** The first events pay for compiled code, prepared statements and connections. */
async function warmUp(
  publisher: Awaited<ReturnType<Parameters<Parameters<typeof onStage>[1]>[0]['publisher']>>,
  client: ReturnType<Parameters<Parameters<typeof onStage>[1]>[0]['client']>,
  sockets: number,
): Promise<void> {
  const count = 200;
  await client.ask('arm', { frames: count * sockets, sampleSockets: 0 });
  await publisher.ask('burst', { count, shops: 1 });
  await client.ask('counted', { seconds: 60 });
}

async function measureControl(
  world: World,
  { name, perTurn, dialect }: (typeof CONTROLS)[number],
  sockets: number,
  count: number,
) {
  return onStage(world, async (stage) => {
    const control = stage.control(name);
    const { url } = await control.ask('listen', null);
    const client = stage.client();
    await client.ask('open', { url, count: sockets, shops: 1, concurrency: 200, dialect });
    for (const frames of [Math.min(200, count), count]) {
      await client.ask('arm', { frames: frames * sockets, sampleSockets: 0 });
      await control.ask('publish', { frame: FRAME, count: frames, perTurn });
      await client.ask('counted', { seconds: 120 });
    }
    const { frames, seconds, cpuShare } = await client.ask('counted', { seconds: 1 });
    return { rate: frames / seconds, cpuShare };
  });
}

/** The publishes come in batches of 500, as fast as it takes them. */
async function measureCentrifugo(world: World, subject: CentrifugoSubject, sockets: number, count: number) {
  return onStage(world, async (stage) => {
    const { url, publisher } = await stage.centrifugo(subject);
    const client = stage.client();
    await client.ask('open', { url, count: sockets, shops: 1, concurrency: 200, dialect: 'centrifugo' });
    for (const frames of [Math.min(200, count), count]) {
      await client.ask('arm', { frames: frames * sockets, sampleSockets: 0 });
      await publisher.ask('burst', { count: frames, shops: 1 });
      await client.ask('counted', { seconds: 120 });
    }
    const { frames, seconds, cpuShare } = await client.ask('counted', { seconds: 1 });
    return { rate: frames / seconds, cpuShare };
  });
}
