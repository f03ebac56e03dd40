/**
 * A deployment under load: a second process is up, the first is told to stop, and events go on. From the publish to the till,
 * beside the time before. The second process is another instance behind an address, or takes the same port.
 *
 * Opening 10,000 sockets in 8 s keeps the process that holds the tills busy, and they would measure each other. So times are those of
 * a few tills in a process of their own; whether anything is lost, doubled or out of place is counted for all.
 */

import { affordable } from '../commands.ts';
import { shopOf } from '../load/pacing.ts';
import type { TillsCount } from '../load/tills.ts';
import { latencyOf } from '../statistics.ts';
import { type Case, createFigures, onStage, type World } from '../world.ts';

const PER_SECOND = 200;
const TILLS_A_SHOP = 3;
/** One more in each of so many shops. */
const TIMED_TILLS = 300;
const DRAIN_SECONDS = 10;

type Way = 'another instance' | 'the same port';

export const deployment: Case = {
  name: 'deployment',
  async run(world) {
    const figures = createFigures('a deployment, from AMQP publish to till');
    const shops = Math.floor(affordable(world.pick(2_000, 10_000)) / TILLS_A_SHOP);
    for (const way of ['another instance', 'the same port'] as const) {
      const load = `${(shops * TILLS_A_SHOP).toLocaleString('en')} v1 tills, ${PER_SECOND} events/s, ${way}`;
      for (let repetition = 0; repetition < world.repetitions; repetition++) {
        world.say(`deployment, ${load}`);
        const { before, meanwhile, stopSeconds } = await measure(world, way, shops);
        for (const [subject, counted] of [
          ['before', before],
          ['meanwhile', meanwhile],
        ] as const) {
          const { p50, p99 } = latencyOf(counted.latencies);
          figures.add(`${load}, p50`, subject, 'ms', p50);
          figures.add(`${load}, p99`, subject, 'ms', p99);
          figures.add(`${load}, max`, subject, 'ms', highest(counted.latencies));
          figures.add(`${load}, alerts missing or too many`, subject, '', counted.missing);
        }
        figures.add(`${load}, alerts out of place`, 'meanwhile', '', meanwhile.outOfPlace);
        figures.add(`${load}, tills that were not live`, 'meanwhile', '', meanwhile.noticed);
        figures.add(`${load}, until the first had stopped`, 'meanwhile', 's', stopSeconds);
      }
    }
    return figures.all;
  },
};

interface Part extends Pick<TillsCount, 'latencies' | 'outOfPlace' | 'noticed'> {
  /** Below 0 where some came twice. */
  missing: number;
}

function measure(world: World, way: Way, shops: number) {
  return onStage(world, async (stage) => {
    const { env, exchange } = await stage.tenant();
    const drained = { ...env, DRAIN_SOCKET_SECONDS: String(DRAIN_SECONDS), HTTP_SHARE_PORT: 'true' };
    const first = await stage.bell({ env: drained });
    const tills = stage.tills();
    const timed = stage.tills();
    const both = [tills, timed];
    const publisher = await stage.publisher(exchange);
    const timedShops = Math.min(TIMED_TILLS, shops);
    const { url } = first;
    await tills.ask('open', { url, count: shops * TILLS_A_SHOP, shops, concurrency: 100 });
    const few = { count: timedShops, shops: timedShops, prefix: 'timed' };
    await timed.ask('open', { url, ...few, concurrency: 20 });

    /** The number of the publisher's last event. */
    let last = 0;
    async function part(seconds: number): Promise<Part> {
      const load = { perSecond: PER_SECOND, seconds, shops, isScattered: true };
      const { published } = await publisher.ask('pace', load);
      const expected = published * TILLS_A_SHOP;
      const isTimed = () => shopOf(++last, shops, true) < timedShops;
      const expectedTimed = Array.from({ length: published }).filter(isTimed).length;
      const all = await tills.ask('counted', { alerts: expected, seconds: 30 });
      const some = await timed.ask('counted', { alerts: expectedTimed, seconds: 30 });
      return {
        latencies: some.latencies,
        missing: expected - all.alerts + expectedTimed - some.alerts,
        outOfPlace: all.outOfPlace + some.outOfPlace,
        noticed: all.noticed + some.noticed,
      };
    }
    const arm = () => Promise.all(both.map((process) => process.ask('arm', null)));

    await part(2);
    await arm();
    const before = await part(world.pick(5, 15));
    const port = way === 'the same port' ? new URL(first.url).port : '0';
    const second = await stage.bell({ env: { ...drained, PORT: port } });
    await Promise.all(both.map((process) => process.ask('moveTo', { url: second.url })));
    await arm();
    const began = performance.now();
    const stopping = first.stop((2 * DRAIN_SECONDS + 30) * 1000).then(() => performance.now() - began);
    const meanwhile = await part(DRAIN_SECONDS + 5);
    return { before, meanwhile, stopSeconds: (await stopping) / 1000 };
  });
}

function highest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
