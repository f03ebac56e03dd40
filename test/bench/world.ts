/** What each case gets: the run's servers, its size, and processes that are ended with the case whatever happens in it. */

import { randomBytes } from 'node:crypto';
import { createDatabase } from '../support/servers-of-the-run.ts';
import { type Bell, type BellOptions, startBell } from './bell.ts';
import { type CommandedProcess, startProcess } from './commands.ts';
import { type Centrifugo, startCentrifugo } from './controls/centrifugo.ts';
import type { ControlCommands } from './controls/control.ts';
import type { DurablePipeCommands } from './controls/durable-pipe.ts';
import type { PaidPipeCommands } from './controls/paid-pipe.ts';
import type { PipeCommands } from './controls/pipe.ts';
import type { AnnouncerCommands } from './load/announcer.ts';
import type { CentrifugoPublisherCommands } from './load/centrifugo-publisher.ts';
import type { ChurnersCommands } from './load/churners.ts';
import type { LoadClientCommands } from './load/client.ts';
import type { PayerCommands } from './load/payer.ts';
import type { PublisherCommands } from './load/publisher.ts';
import type { TillsCommands } from './load/tills.ts';
import type { Figure } from './report.ts';

export type Size = 'quick' | 'full';

export interface World {
  size: Size;
  amqpUrl: string;
  /** The first processes of each server; none of one that the run did not start itself. */
  serverPids: { postgres: readonly number[]; rabbitmq: readonly number[] };
  repetitions: number;
  /** The program of Centrifugo; without it that is left out. */
  centrifugo: string | undefined;
  /** By size. */
  pick<T>(quick: T, full: T): T;
  say(line: string): void;
}

export interface Case {
  /** As `CASES` names it. */
  name: string;
  run(world: World): Promise<Figure[]>;
}

/** The measured server has a processor, the load client the other; the servers behind share both. */
const SERVER_CPU = 0;
const CLIENT_CPU = 1;

/** The names and the database of one measured Orderbell: nothing of another run is in its way. */
export interface Tenant {
  env: Record<string, string>;
  exchange: string;
}

export interface Stage {
  tenant(): Promise<Tenant>;
  /** On its own processor, unless it may run `anywhere`. */
  bell(options: BellOptions & { anywhere?: boolean }): Promise<Bell>;
  client(): CommandedProcess<LoadClientCommands>;
  /** With the real client. */
  tills(): CommandedProcess<TillsCommands>;
  control(name: 'uws' | 'ws' | 'socket-io'): CommandedProcess<ControlCommands>;
  /** With the publisher of its backend. */
  centrifugo(subject: CentrifugoSubject): Promise<CentrifugoOnStage>;
  pipe(): CommandedProcess<PipeCommands>;
  durablePipe(): CommandedProcess<DurablePipeCommands>;
  paidPipe(): CommandedProcess<PaidPipeCommands>;
  payer(): CommandedProcess<PayerCommands>;
  publisher(exchange: string): Promise<CommandedProcess<PublisherCommands>>;
  churners(): CommandedProcess<ChurnersCommands>;
  announcer(): CommandedProcess<AnnouncerCommands>;
}

export const CENTRIFUGO_SUBJECTS = ['Centrifugo in memory', 'Centrifugo on Postgres'] as const;
export type CentrifugoSubject = (typeof CENTRIFUGO_SUBJECTS)[number];

/** What any publisher can do. */
export type AnyPublisher = CommandedProcess<Pick<PublisherCommands, 'burst' | 'pace'>>;

export interface CentrifugoOnStage extends Pick<Centrifugo, 'pid' | 'url'> {
  publisher: AnyPublisher;
}

/** Both ways of Centrifugo, where its program is given. */
export function centrifugoSubjects({ centrifugo }: World): readonly CentrifugoSubject[] {
  return centrifugo === undefined ? [] : CENTRIFUGO_SUBJECTS;
}

/** Ends all that `work` started, in the reverse order. */
export async function onStage<T>(world: World, work: (stage: Stage) => Promise<T>): Promise<T> {
  const undo: (() => Promise<void>)[] = [];
  const keep = <P extends { stop(): Promise<void> }>(started: P): P => {
    undo.push(() => started.stop());
    return started;
  };
  const stage: Stage = {
    async tenant() {
      const prefix = `bench-${randomBytes(4).toString('hex')}.`;
      const database = await createDatabase();
      undo.push(() => database.drop());
      return {
        env: { DATABASE_URL: database.url, AMQP_URL: world.amqpUrl, AMQP_PREFIX: prefix },
        exchange: `${prefix}orders`,
      };
    },
    bell: async ({ anywhere = false, ...options }) =>
      keep(await startBell(anywhere ? options : { cpu: SERVER_CPU, ...options })),
    tills: () => keep(startProcess<TillsCommands>('load/tills.ts', CLIENT_CPU)),
    client: () => keep(startProcess<LoadClientCommands>('load/client.ts', CLIENT_CPU)),
    control: (name) => keep(startProcess<ControlCommands>(`controls/${name}.ts`, SERVER_CPU)),
    pipe: () => keep(startProcess<PipeCommands>('controls/pipe.ts', SERVER_CPU)),
    durablePipe: () => keep(startProcess<DurablePipeCommands>('controls/durable-pipe.ts', SERVER_CPU)),
    paidPipe: () => keep(startProcess<PaidPipeCommands>('controls/paid-pipe.ts', SERVER_CPU)),
    payer: () => keep(startProcess<PayerCommands>('load/payer.ts', CLIENT_CPU)),
    churners: () => keep(startProcess<ChurnersCommands>('load/churners.ts', CLIENT_CPU)),
    announcer: () => keep(startProcess<AnnouncerCommands>('load/announcer.ts', CLIENT_CPU)),
    async centrifugo(subject) {
      if (world.centrifugo === undefined) throw new Error('CENTRIFUGO names no program');
      const isDurable = subject === 'Centrifugo on Postgres';
      const database = isDurable ? await createDatabase({ migrated: false }) : undefined;
      if (database !== undefined) undo.push(() => database.drop());
      const kept = database === undefined ? {} : { databaseUrl: database.url };
      const { pid, url, apiUrl, apiKey } = keep(
        await startCentrifugo({ program: world.centrifugo, cpu: SERVER_CPU, ...kept }),
      );
      const publisher = keep(
        startProcess<CentrifugoPublisherCommands>('load/centrifugo-publisher.ts', CLIENT_CPU),
      );
      await publisher.ask(
        'connect',
        database === undefined ? { apiUrl, apiKey } : { databaseUrl: database.url },
      );
      return { pid, url, publisher };
    },
    async publisher(exchange) {
      const publisher = keep(startProcess<PublisherCommands>('load/publisher.ts', CLIENT_CPU));
      await publisher.ask('connect', { amqpUrl: world.amqpUrl, exchange });
      return publisher;
    },
  };
  try {
    return await work(stage);
  } finally {
    for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
  }
}

/** Rows that grow by one value with each repetition. */
export function createFigures(name: string): {
  all: Figure[];
  add(load: string, subject: string, unit: string, value: number, clientCpu?: number): void;
} {
  const rows = new Map<string, Figure>();
  return {
    get all() {
      return [...rows.values()];
    },
    add(load, subject, unit, value, clientCpu) {
      const key = `${load}/${subject}/${unit}`;
      const row = rows.get(key) ?? { case: name, load, subject, unit, values: [] };
      row.values.push(value);
      if (clientCpu !== undefined) row.clientCpu = Math.max(row.clientCpu ?? 0, clientCpu);
      rows.set(key, row);
    },
  };
}
