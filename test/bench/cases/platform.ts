/**
 * A platform's ordinary day: many shops with a few tills each, batches that are small. From the publish to AMQP until the
 * frame is at a till, and the processor time that an event takes, beside the pipe that keeps nothing and the one that
 * keeps all.
 */

import { affordable, cpuSeconds, cpuSecondsOfAll } from '../commands.ts';
import type { PipeSource } from '../controls/pipe-sockets.ts';
import type { Dialect } from '../load/dialects.ts';
import { latencyOf } from '../statistics.ts';
import {
  type AnyPublisher,
  type Case,
  type CentrifugoSubject,
  centrifugoSubjects,
  createFigures,
  onStage,
  type Stage,
  type World,
} from '../world.ts';

const DAY = { shops: 1_000, tills: 3 };
const RATES = [200, 1_000, 3_000];

/** Of shops at random: no two of a batch are of one shop. */
const CROWD = { shops: 10_000, tills: 1 };
const CROWD_RATES = [
  1_000, 2_000, 4_000, 6_000, 8_000, 10_000, 12_000, 14_000, 16_000, 20_000, 25_000, 30_000,
];
const BOUND_MS = 250;

/** The engine has compiled what it will: by fewer events half of the time would be its own, which a service of days does not spend. */
const WARM_UP = { perSecond: 1_000, seconds: 10 };

/** At the rate itself. */
const SETTLE_SECONDS = 2;

/** One pause of the machine may end a search, two in a row do. */
const TRIES = 2;

const SUBJECTS = ['Orderbell', 'bare pipe', 'durable pipe'] as const;
type Subject = (typeof SUBJECTS)[number] | CentrifugoSubject;

interface Place {
  shops: number;
  tills: number;
}

export const platform: Case = {
  name: 'platform',
  async run(world) {
    const figures = createFigures("a platform's ordinary day");
    const seconds = world.pick(6, 20);
    const subjects: Subject[] = [...SUBJECTS, ...centrifugoSubjects(world)];
    for (const perSecond of RATES) {
      const load = `${named(DAY)}, ${perSecond.toLocaleString('en')} events/s`;
      for (let repetition = 0; repetition < world.repetitions; repetition++) {
        for (const subject of subjects) {
          world.say(`platform, ${load}, ${subject}`);
          const cost = await onStage(world, async (stage) => {
            const arranged = await arrange(stage, world, subject, DAY);
            await arranged.run(WARM_UP.perSecond, WARM_UP.seconds);
            await arranged.run(perSecond, SETTLE_SECONDS);
            return arranged.run(perSecond, seconds);
          });
          figures.add(`${load}, p50`, subject, 'ms', cost.p50, cost.cpuShare);
          figures.add(`${load}, p99`, subject, 'ms', cost.p99);
          figures.add(`${load}, the service`, subject, 'µs an event', cost.service);
          figures.add(`${load}, Postgres`, subject, 'µs an event', cost.postgres);
          if (subject.startsWith('Centrifugo')) continue; // it has no queue before it
          figures.add(`${load}, RabbitMQ, publishing to it included`, subject, 'µs an event', cost.rabbitmq);
        }
      }
    }
    const load = `${named(CROWD)}, highest rate with p99 ≤ ${BOUND_MS} ms`;
    for (let repetition = 0; repetition < world.repetitions; repetition++) {
      for (const subject of subjects) {
        world.say(`platform, ${load}, ${subject}`);
        figures.add(load, subject, 'events/s', await highestRate(world, subject));
      }
    }
    return figures.all;
  },
};

/** As many as the system's limit of open files allows. */
function shopsOf({ shops, tills }: Place): number {
  return Math.floor(affordable(shops * tills) / tills);
}

function named(place: Place): string {
  const { tills } = place;
  return `${shopsOf(place).toLocaleString('en')} shops × ${tills} ${tills === 1 ? 'till' : 'tills'}`;
}

/** 0 where it does not even carry the lowest. */
async function highestRate(world: World, subject: Subject): Promise<number> {
  return onStage(world, async (stage) => {
    const { run } = await arrange(stage, world, subject, CROWD);
    await run(WARM_UP.perSecond, WARM_UP.seconds);
    const carries = async (perSecond: number) => {
      for (let left = TRIES; left > 0; left--) {
        const { p99 } = await run(perSecond, world.pick(3, 8));
        if (p99 <= BOUND_MS) return true;
      }
      return false;
    };
    let highest = 0;
    for (const perSecond of CROWD_RATES) {
      if (!(await carries(perSecond))) break;
      highest = perSecond;
    }
    return highest;
  });
}

async function arrange(stage: Stage, world: World, subject: Subject, place: Place) {
  const { url, pid, publisher, dialect } = await start(stage, world, subject);
  const client = stage.client();
  const shops = shopsOf(place);
  await client.ask('open', { url, count: shops * place.tills, shops, concurrency: 50, dialect });
  const { postgres, rabbitmq } = world.serverPids;
  const spent = () => [cpuSeconds(pid), cpuSecondsOfAll(postgres), cpuSecondsOfAll(rabbitmq)];

  return {
    async run(perSecond: number, seconds: number) {
      const events = perSecond * seconds;
      // One till of each shop.
      await client.ask('arm', { frames: events * place.tills, sampleSockets: shops });
      const before = spent();
      await publisher.ask('pace', { perSecond, seconds, shops, isScattered: true });
      const { latencies, cpuShare } = await client.ask('counted', { seconds: 60 });
      const costs = spent().map((now, index) => ((now - (before[index] ?? 0)) / events) * 1e6);
      const [service = Number.NaN, postgresCost = Number.NaN, rabbitmqCost = Number.NaN] = costs;
      return { ...latencyOf(latencies), cpuShare, service, postgres: postgresCost, rabbitmq: rabbitmqCost };
    },
  };
}

async function start(
  stage: Stage,
  { amqpUrl }: World,
  subject: Subject,
): Promise<{ url: string; pid: number; publisher: AnyPublisher; dialect: Dialect }> {
  if (subject === 'Centrifugo in memory' || subject === 'Centrifugo on Postgres')
    return { ...(await stage.centrifugo(subject)), dialect: 'centrifugo' };
  const { env, exchange } = await stage.tenant();
  const source = { amqpUrl, exchange, queue: `${exchange}.pipe`, databaseUrl: env.DATABASE_URL ?? '' };
  const { url, pid } = await startOnBroker(stage, subject, env, source);
  return { url, pid, publisher: await stage.publisher(exchange), dialect: 'websocket' };
}

async function startOnBroker(
  stage: Stage,
  subject: (typeof SUBJECTS)[number],
  env: Record<string, string>,
  source: PipeSource & { databaseUrl: string },
): Promise<{ url: string; pid: number }> {
  switch (subject) {
    case 'Orderbell': {
      const { url, pid } = await stage.bell({ env });
      return { url: `${url.replace('http', 'ws')}/ws/till-{n}?shop=shop-{shop}`, pid };
    }
    case 'bare pipe': {
      const pipe = stage.pipe();
      return { url: (await pipe.ask('start', source)).url, pid: pipe.pid };
    }
    case 'durable pipe': {
      const pipe = stage.durablePipe();
      return { url: (await pipe.ask('start', source)).url, pid: pipe.pid };
    }
  }
}
