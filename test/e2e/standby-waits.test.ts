/** A real standby in the place of the server: it is away until it is promoted. */

import { expect } from 'chai';
import { migrateUp } from '../../db/migrate.ts';
import { loadConfig } from '../../src/config/load.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { type App, startApp } from '../../src/service/app.ts';
import { eventually } from '../support/eventually.ts';
import { ask } from '../support/http-client.ts';
import { type ReplicatedPostgres, startReplicatedPostgres } from '../support/real-standby.ts';
import { createBroker, type TestBroker } from '../support/servers-of-the-run.ts';

describe('a standby that is not promoted yet', () => {
  let postgres: ReplicatedPostgres;
  let broker: TestBroker;
  let app: App | undefined;
  before(async function prepare() {
    this.timeout(60_000);
    [postgres, broker] = await Promise.all([startReplicatedPostgres(), createBroker()]);
    await migrateUp(postgres.url);
  });
  after(async function end() {
    this.timeout(60_000);
    await app?.stop();
    await broker?.drop();
    await postgres?.close();
  });

  it('is away: not ready, 503 from the log, and a start waits until it is promoted', async () => {
    const logger = createLogger('silent');
    const errors: unknown[] = [];
    logger.error = (...printed: unknown[]) => void errors.push(printed);
    const config = loadConfig({
      NODE_ENV: 'test',
      DATABASE_URL: postgres.url,
      AMQP_URL: broker.url,
      AMQP_PREFIX: broker.prefix,
      PORT: '0',
    });
    app = await startApp(config, { logger });
    const url = `http://127.0.0.1:${app.port}`;
    expect((await ask(url, '/readyz')).status).to.equal(200);

    const [standby] = postgres.standbys;
    if (standby === undefined) throw new Error('there is no standby');
    await postgres.caughtUp(standby, postgres.primary);
    postgres.leadTo(standby);
    const ready = await eventually(async () => {
      const answer = await ask(url, '/readyz');
      expect(answer.body.data).to.include({ postgres: 'down' });
      return answer;
    });
    expect(ready.status).to.equal(503);
    const { status, headers } = await ask(url, '/shops/default/notifications');
    expect([status, headers['retry-after']]).to.deep.equal([503, '2']);
    let started = false;
    const starting = startApp({ ...config, http: { ...config.http, port: 0 } }, { logger }).then((second) => {
      started = true;
      return second;
    });
    await ask(url, '/readyz');
    expect(started).to.equal(false);
    await standby.promote();
    await eventually(async () => expect((await ask(url, '/readyz')).status).to.equal(200));
    await (await starting).stop();
    expect(errors).to.deep.equal([]);
  });
}).timeout(60_000);
