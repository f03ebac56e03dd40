/**
 * Clients on bad networks, as AnyCable's benchmark of reliability has them: each is cut every 15 s and comes back after 2 s, while
 * alerts go on. How long the replay takes, and the live alerts of the others meanwhile. `CHURN_CLIENTS`, `CHURN_SECONDS` and
 * `CHURN_PER_SECOND` fit it to a machine.
 */

import { affordable, cpuSeconds, cpuSecondsOfAll, residentBytes } from '../commands.ts';
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

const EVERY_MS = 15_000;
const AWAY_MS = 2_000;
const WARM_UP_EVENTS = 20;

type Subject = 'Orderbell' | CentrifugoSubject;

export const churn: Case = {
  name: 'churn',
  async run(world) {
    const figures = createFigures('clients that are cut every 15 s and back after 2 s');
    const clients = affordable(Number(process.env.CHURN_CLIENTS ?? world.pick(500, 5_000)));
    const seconds = Number(process.env.CHURN_SECONDS ?? world.pick(20, 60));
    const perSecond = Number(process.env.CHURN_PER_SECOND ?? 10);
    const load = `${clients.toLocaleString('en')} clients, ${perSecond} alerts/s`;
    const subjects: Subject[] = ['Orderbell', ...centrifugoSubjects(world)];
    for (let repetition = 0; repetition < world.repetitions; repetition++) {
      for (const subject of subjects) {
        world.say(`churn, ${load}, ${subject}`);
        const { replays, live, cpuShare, ...counted } = await measure(
          world,
          subject,
          clients,
          seconds,
          perSecond,
        );
        figures.add(`${load}, replay p50`, subject, 'ms', replays.p50, cpuShare);
        figures.add(`${load}, replay p99`, subject, 'ms', replays.p99);
        figures.add(`${load}, live p50`, subject, 'ms', live.p50);
        figures.add(`${load}, live p99`, subject, 'ms', live.p99);
        figures.add(`${load}, the service`, subject, '% of a processor', counted.service);
        figures.add(`${load}, with Postgres and RabbitMQ`, subject, '% of a processor', counted.all);
        figures.add(`${load}, resident memory`, subject, 'MB', counted.bytes / 1e6);
        figures.add(`${load}, times an alert was missed or came twice`, subject, '', counted.faults);
        figures.add(`${load}, times a client was refused or closed`, subject, '', counted.refused);
      }
    }
    return figures.all;
  },
};

async function measure(world: World, subject: Subject, count: number, seconds: number, perSecond: number) {
  return onStage(world, async (stage) => {
    const { url, pid, publisher } = await start(stage, subject);
    await publisher.ask('burst', { count: WARM_UP_EVENTS, shops: 1 });
    const churners = stage.churners();
    const dialect = subject === 'Orderbell' ? 'orderbell' : 'centrifugo';
    await churners.ask('open', { url, dialect, count, concurrency: 100 });
    const { postgres, rabbitmq } = world.serverPids;
    const spent = () => {
      const service = cpuSeconds(pid);
      return { service, all: service + cpuSecondsOfAll(postgres) + cpuSecondsOfAll(rabbitmq) };
    };
    let place = WARM_UP_EVENTS;
    async function run(duration: number) {
      const [churned, { published }] = await Promise.all([
        churners.ask('churn', { seconds: duration, everyMs: EVERY_MS, awayMs: AWAY_MS }),
        // Until the last is back.
        publisher.ask('pace', { perSecond, seconds: duration + AWAY_MS / 1000, shops: 1 }),
      ]);
      place += published;
      return churned;
    }
    await run(EVERY_MS / 1000); // each has come back once
    const before = spent();
    const began = performance.now();
    const { missing, repeated, ...churned } = await run(seconds);
    const after = spent();
    const share = 100 / ((performance.now() - began) / 1000);
    const behind = await churners.ask('behind', { place, seconds: 10 });
    return {
      ...churned,
      faults: missing + repeated + behind,
      service: (after.service - before.service) * share,
      all: (after.all - before.all) * share,
      bytes: residentBytes(pid),
    };
  });
}

async function start(
  stage: Stage,
  subject: Subject,
): Promise<{ url: string; pid: number; publisher: AnyPublisher }> {
  if (subject !== 'Orderbell') return stage.centrifugo(subject);
  const { env, exchange } = await stage.tenant();
  const { url, pid } = await stage.bell({ env });
  const address = `${url.replace('http', 'ws')}/ws/till-{n}?shop=shop-0`;
  return { url: address, pid, publisher: await stage.publisher(exchange) };
}
