/**
 * `make bench`: every figure beside its control in one run, medians of the repetitions, as Markdown and JSON. Asserts no
 * time. `BENCH=full` takes long; `CASES=fan-out,latency` chooses, `REPETITIONS` repeats, `CENTRIFUGO=path` has it measured too.
 */

import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imagesFrom } from '../../src/dev/docker.ts';
import { startStack } from '../../src/dev/stack.ts';
import { readState, type ServerRecord } from '../../src/dev/state.ts';
import { announcementCosts } from './cases/announcement-costs.ts';
import { callbacks } from './cases/callbacks.ts';
import { churn } from './cases/churn.ts';
import { deployment } from './cases/deployment.ts';
import { escalation } from './cases/escalation.ts';
import { fanOut } from './cases/fan-out.ts';
import { frozen } from './cases/frozen.ts';
import { growth } from './cases/growth.ts';
import { latency } from './cases/latency.ts';
import { oneOfFifty } from './cases/one-of-fifty.ts';
import { payment } from './cases/payment.ts';
import { platform } from './cases/platform.ts';
import { roles } from './cases/roles.ts';
import { sessionCosts } from './cases/session-costs.ts';
import { connections, herd, manyShops, memory } from './cases/sessions.ts';
import { spoken } from './cases/spoken.ts';
import { batches, throughput } from './cases/throughput.ts';
import { unitCosts } from './cases/unit-costs.ts';
import { canPin } from './commands.ts';
import { centrifugoVersion } from './controls/centrifugo.ts';
import { fsyncMillis } from './fsync.ts';
import { type Figure, machine, markdown } from './report.ts';
import type { Case, World } from './world.ts';

const ALL: readonly Case[] = [
  platform,
  fanOut,
  latency,
  payment,
  callbacks,
  spoken,
  throughput,
  batches,
  memory,
  connections,
  manyShops,
  frozen,
  herd,
  churn,
  deployment,
  escalation,
  roles,
  unitCosts,
  sessionCosts,
  announcementCosts,
  oneOfFifty,
  growth,
];

/** These are left out of a quick run that names no cases. */
const LONG: readonly Case[] = [unitCosts, sessionCosts, announcementCosts, oneOfFifty];

const size = process.env.BENCH === 'full' ? 'full' : 'quick';
const wanted = process.env.CASES?.split(',');
const unknown = wanted?.filter((name) => !ALL.some((each) => each.name === name)) ?? [];
if (unknown.length > 0)
  throw new Error(
    `no such case: ${unknown.join(', ')}; there are ${ALL.map((each) => each.name).join(', ')}`,
  );

const centrifugo = process.env.CENTRIFUGO || undefined;
const centrifugoIs =
  centrifugo === undefined ? 'left out: CENTRIFUGO names no program' : centrifugoVersion(centrifugo);

const dir = mkdtempSync(join(tmpdir(), 'orderbell-bench-'));
chmodSync(dir, 0o711); // Postgres's own user has to get through
const stack = await startStack({
  dir,
  amqpUrl: process.env.AMQP_URL,
  databaseUrl: process.env.DATABASE_URL,
  forced: 'private',
  images: imagesFrom({}),
  durable: true,
  say: (line) => console.error(line),
});
process.env.TEST_DATABASE_URL = stack.databaseUrl;
const { servers } = readState(dir);
const pidsOf = (server: ServerRecord | undefined) =>
  server?.kind === 'private' ? server.processes.map(({ pid }) => pid) : [];
const world: World = {
  size,
  amqpUrl: stack.amqpUrl,
  serverPids: { postgres: pidsOf(servers.postgres), rabbitmq: pidsOf(servers.rabbitmq) },
  repetitions: Number(process.env.REPETITIONS ?? 3),
  centrifugo,
  pick: (quick, full) => (size === 'quick' ? quick : full),
  say: (line) => console.error(line),
};
try {
  const figures: Figure[] = [];
  for (const each of ALL) {
    const isWanted = wanted?.includes(each.name) ?? (size === 'full' || !LONG.includes(each));
    if (!isWanted) continue;
    try {
      figures.push(...(await each.run(world)));
    } catch (error) {
      // The figures of the others took an hour, perhaps.
      console.error(`${each.name} failed:`, error);
      process.exitCode = 1;
    }
  }
  const facts = {
    ...machine(stack.description),
    pinned: canPin() ? 'server and load client on a processor each' : 'nothing pinned: no taskset',
    centrifugo: centrifugoIs,
    fsync: `${fsyncMillis(dir).toFixed(2)} ms a write and fdatasync of 8 kB`,
  };
  const report = join('.local', 'bench');
  mkdirSync(report, { recursive: true });
  writeFileSync(join(report, 'bench.json'), `${JSON.stringify({ facts, size, figures }, null, 2)}\n`);
  console.log(
    Object.entries(facts)
      .map(([name, value]) => `- ${name}: ${value}`)
      .join('\n'),
  );
  console.log(markdown(figures));
  console.log(`\nas JSON: ${join(report, 'bench.json')}`);
} finally {
  await stack.stop();
  rmSync(dir, { recursive: true, force: true });
}
