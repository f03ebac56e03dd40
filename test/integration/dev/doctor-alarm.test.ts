/** `orderbell doctor` on a RabbitMQ that has an alarm, which no broker that others use may be given. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { startPrivate, stopPrivate } from '../../../src/dev/private-stack.ts';
import { findPrograms } from '../../../src/dev/programs.ts';
import type { PrivateServer } from '../../../src/dev/state.ts';
import { runCli } from '../../support/cli.ts';
import { createLocalDir, havePrograms, type LocalDir } from '../../support/local-dir.ts';
import { createDatabase, type TestDatabase } from '../../support/servers-of-the-run.ts';

describe('orderbell doctor, on a RabbitMQ with an alarm', function () {
  this.timeout(120_000);

  let dir: LocalDir;
  let database: TestDatabase;
  let rabbitmq: PrivateServer | undefined;

  before(async function () {
    if (!havePrograms()) this.skip();
    dir = createLocalDir();
    database = await createDatabase();
    // Less memory than it takes: the alarm is there from the start.
    mkdirSync(join(dir.path, 'rabbitmq', 'conf.d'), { recursive: true });
    writeFileSync(
      join(dir.path, 'rabbitmq', 'conf.d', 'alarm.conf'),
      'vm_memory_high_watermark.absolute = 1MB\n',
    );
    const options = {
      dir: dir.path,
      durable: false,
      preferredPort: undefined,
      say: () => {},
      record: () => {},
    };
    rabbitmq = (await startPrivate('rabbitmq', findPrograms(), options)).server;
  });

  after(async () => {
    await stopPrivate('rabbitmq', rabbitmq?.processes ?? []);
    await database?.drop();
    dir?.remove();
  });

  it('says that it takes no messages, and why', async () => {
    const env = { AMQP_URL: rabbitmq?.url ?? '' };
    const { lines, exitCode } = await runCli(['doctor', '--json'], { database, env });
    const publishing = lines.map((line) => JSON.parse(line)).find(({ check }) => check === 'publishing');
    expect(publishing).to.include({ state: 'fail', says: 'RabbitMQ takes no messages: low on memory' });
    expect(publishing.todo).to.match(/memory or disk/);
    expect(exitCode).to.equal(1);
  });
});
