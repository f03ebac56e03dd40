/** `orderbell doctor`, with each part really broken in turn: it has to name what is wrong, and what helps. */

import { once } from 'node:events';
import { createServer as createHttpServer, type Server } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { expect } from 'chai';
import { migrateDown } from '../../../db/migrate.ts';
import type { Finding } from '../../../src/commands/doctor/finding.ts';
import { createCertificates } from '../../support/certificates.ts';
import { type CliSurroundings, runCli } from '../../support/cli.ts';
import { publishAll } from '../../support/events.ts';
import { eventually } from '../../support/eventually.ts';
import { createDatabase } from '../../support/servers-of-the-run.ts';
import { createSurroundings, type Surroundings } from '../../support/surroundings.ts';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';
import { makeKeyPair, startKeyServer } from '../../support/tokens.ts';

describe('orderbell doctor', () => {
  let around: Surroundings;
  let proxies: TcpProxy[];
  beforeEach(async () => {
    around = await createSurroundings();
    proxies = [];
  });
  afterEach(async () => {
    await around.tearDown();
    await Promise.all(proxies.map((proxy) => proxy.close()));
  });

  const doctor = (env: CliSurroundings['env'] = {}, ...args: string[]) => {
    const { database, broker } = around;
    return runCli(['doctor', ...args], { database, broker, env });
  };

  /** What it found, by check; and that the exit code fits. */
  async function findings(env: CliSurroundings['env'] = {}): Promise<Record<string, Finding>> {
    const { lines, exitCode } = await doctor(env, '--json');
    const found: Finding[] = lines.map((line) => JSON.parse(line));
    expect(exitCode, lines.join('\n')).to.equal(found.some(({ state }) => state === 'fail') ? 1 : 0);
    for (const { check, state, todo } of found) {
      if (state !== 'ok') expect(todo, check).to.be.a('string');
    }
    return Object.fromEntries(found.map((finding) => [finding.check, finding]));
  }

  function changed(url: string, change: (url: URL) => void): string {
    const parsed = new URL(url);
    change(parsed);
    return parsed.href;
  }

  async function proxied(url: string): Promise<TcpProxy> {
    const proxy = await startTcpProxy(url);
    proxies.push(proxy);
    return proxy;
  }

  it('finds nothing wrong with a service that runs, and says what it has looked at', async () => {
    const { port } = await around.serve();
    const found = await findings({ PORT: String(port) });
    const { durability, ...others } = found;
    expect(durability?.state).to.be.oneOf(['ok', 'warn']); // the servers of a test run need not be durable
    for (const { check, state, says } of Object.values(others))
      expect(state, `${check} ${says}`).to.equal('ok');
    expect(Object.keys(found)).to.deep.equal([
      'configuration',
      'node',
      'uwebsockets',
      'postgres',
      'durability',
      'clock',
      'privileges',
      'schema',
      'writing',
      'outbox',
      'rabbitmq',
      'exchanges',
      'queue',
      'dead letters',
      'publishing',
      'port',
    ]);
    expect(found.port?.says).to.equal(`127.0.0.1:${port} is served by an orderbell that is ready`);
    expect(found.queue?.says).to.match(/has 0 messages and 1 consumers$/);
  });

  it('prints a line for each check, without a password', async () => {
    const { lines, notes } = await doctor({
      DATABASE_URL: changed(around.database.url, (url) => (url.port = '1')),
    });
    expect(lines.join('\n')).to.match(/^ok {4}configuration {2}valid, /m);
    expect(lines.join('\n')).to.match(
      /^FAIL {2}postgres {7}Postgres: .*ECONNREFUSED.* -> start it, or see host/m,
    );
    const { password } = new URL(around.broker.url);
    expect([...lines, ...notes].join('\n')).not.to.include(`:${password}@`);
  });

  it('says what is wrong with the configuration, and asks no server then', async () => {
    const { lines, error, exitCode } = await doctor({ AMQP_URL: '', RELAY_BATCH_SIZE: '0' }, '--json');
    const failed = lines.map((line) => JSON.parse(line)).filter(({ state }) => state === 'fail');
    expect(failed.map(({ says }) => says)).to.deep.equal([
      'amqp.url is not set',
      'relay.batchSize must be a whole number from 1 to 10000',
    ]);
    expect(lines.join()).not.to.include('"check":"postgres"');
    expect([exitCode, error?.message]).to.deep.equal([1, '2 of 4 checks failed']);
  });

  it('warns of a variable that sets nothing', async () => {
    const { lines } = await doctor({ GATEWAY_PAGESIZE: '1', AMQP_URL: '' }, '--json');
    const [warned] = lines.map((line) => JSON.parse(line)).filter(({ state }) => state === 'warn');
    expect(warned).to.include({ check: 'configuration' });
    expect(warned.says).to.match(/^GATEWAY_PAGESIZE sets nothing/);
  });

  describe('of Postgres', () => {
    it('says that the password is refused', async () => {
      const wrong = changed(around.database.url, (url) => (url.password = 'wrong'));
      const { postgres } = await findings({ DATABASE_URL: wrong });
      expect(postgres?.says).to.match(/password authentication failed/);
      expect(postgres?.todo).to.match(/user and the password in DATABASE_URL/);
    });

    it('says that there is no such database', async () => {
      const wrong = changed(around.database.url, (url) => (url.pathname = '/not_there'));
      const { postgres } = await findings({ DATABASE_URL: wrong });
      expect(postgres).to.include({ state: 'fail', says: 'database "not_there" does not exist' });
      expect(postgres?.todo).to.match(/create the database/);
    });

    it('says that the schema is older, and what brings it up', async () => {
      const [newest] = await migrateDown(around.database.url);
      const { schema, writing, outbox } = await findings();
      expect(schema).to.include({ state: 'fail', says: `the database lacks ${newest}` });
      expect(schema?.todo).to.equal('run `orderbell migrate up`');
      expect([writing, outbox]).to.deep.equal([undefined, undefined]);
    });

    it('says that the schema is missing altogether', async () => {
      const bare = await createDatabase({ migrated: false });
      const { schema, privileges } = await findings({ DATABASE_URL: bare.url });
      expect(schema?.says).to.match(/^the database lacks 001-/);
      expect(privileges).to.equal(undefined);
      await bare.drop();
    });

    it('says that the schema is newer', async () => {
      await around.database.pool.query(
        `INSERT INTO knex_migrations (name, batch, migration_time) VALUES ('999-from-the-future', 9, now())`,
      );
      const { schema } = await findings();
      expect(schema).to.include({ state: 'fail', todo: 'run a newer one' });
    });

    it('says which privileges our user lacks, and the statements that it gives help', async () => {
      const { pool, url } = around.database;
      const role = new URL(url).pathname.slice(1).replace('test', 'role');
      await pool.query(`CREATE ROLE ${role} LOGIN PASSWORD 'x'`);
      await pool.query('REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC');
      try {
        const asRole = changed(url, (parsed) => {
          parsed.username = role;
          parsed.password = 'x';
        });
        const before = await findings({ DATABASE_URL: asRole });
        expect(before.privileges).to.include({ state: 'fail' });
        expect(before.schema?.says).to.match(/permission denied for table knex_migrations/);
        const statements = before.privileges?.todo?.replace('as their owner: ', '').split('; ') ?? [];
        expect(statements.join(), 'only the owner of log_identity() calls these').to.not.match(
          /EXECUTE ON FUNCTION/,
        );
        for (const statement of statements) await pool.query(statement);

        const after = await findings({ DATABASE_URL: asRole });
        for (const check of ['privileges', 'schema', 'writing', 'outbox']) {
          expect(after[check]?.state, `${check} ${after[check]?.says}`).to.equal('ok');
        }
        const service = await around.serve({ DATABASE_URL: asRole });
        const client = await around.open(service, 'till');
        await client.nextOf('ready');
        await around.pay('default', 1, 1);
        client.send({ kind: 'ack', seq: (await client.nextOf('notification')).seq });
        await client.nextOf('receipt');
        await around.clear();
      } finally {
        await around.clear();
        await pool.query(`DROP OWNED BY ${role}`);
        await pool.query(`DROP ROLE ${role}`);
      }
    });

    it('says that it is read-only', async () => {
      const name = new URL(around.database.url).pathname.slice(1);
      await around.database.pool.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
      const { writing } = await findings();
      expect(writing).to.include({ state: 'fail' });
      expect(writing?.says).to.match(/read-only transaction/);
      expect(writing?.todo).to.match(/default_transaction_read_only/);
    });

    it('leaves nothing of the row that it wrote', async () => {
      expect((await findings()).writing?.state).to.equal('ok');
      const { rows } = await around.database.pool.query('SELECT id FROM shops');
      expect(rows).to.deep.equal([]);
    });

    it('warns of settings under which a crash loses what was committed', async () => {
      const name = new URL(around.database.url).pathname.slice(1);
      await around.database.pool.query(`ALTER DATABASE ${name} SET synchronous_commit = off`);
      const { durability } = await findings();
      expect(durability).to.include({ state: 'warn' });
      expect(durability?.says).to.include('synchronous_commit = off');
    });

    it('warns of events that nobody relays', async () => {
      await around.database.pool.query(
        `INSERT INTO outbox (routing_key, event_id, body, recorded_at)
         VALUES ('order.paid', 'e', '{}', now() - interval '2 minutes')`,
      );
      const { outbox } = await findings();
      expect(outbox).to.include({ state: 'warn' });
      expect(outbox?.says).to.match(/^1 events wait, the oldest for 12\d s$/);
      expect(outbox?.todo).to.include('relay');
    });
  });

  describe('of RabbitMQ', () => {
    it('says that the password is refused', async () => {
      const wrong = changed(around.broker.url, (url) => (url.password = 'wrong'));
      const { rabbitmq } = await findings({ AMQP_URL: wrong });
      expect(rabbitmq).to.include({ state: 'fail', todo: 'see the user and the password in AMQP_URL' });
      expect(rabbitmq?.says).to.match(/ACCESS_REFUSED/);
    });

    it('says that there is no such vhost', async () => {
      const wrong = changed(around.broker.url, (url) => (url.pathname = '/not-there'));
      const { rabbitmq } = await findings({ AMQP_URL: wrong });
      expect(rabbitmq).to.include({ state: 'fail' });
      expect(rabbitmq?.todo).to.include('vhost');
    });

    it('warns of each broker that is away, and looks at the next', async () => {
      const { lines, exitCode } = await doctor(
        { AMQP_URL: `amqp://a:hunter2@127.0.0.1:1,${around.broker.url}` },
        '--json',
      );
      const found: Finding[] = lines.map((line) => JSON.parse(line));
      const brokers = found.filter(({ check }) => check === 'rabbitmq');
      expect(brokers.map(({ state }) => state)).to.deep.equal(['warn', 'ok']);
      expect(brokers[0]?.says).to.match(/^RabbitMQ at 127\.0\.0\.1:1: .*ECONNREFUSED/);
      expect(found.map(({ check }) => check)).to.include('publishing');
      expect(lines.join()).not.to.include('hunter2');
      expect(exitCode).to.equal(0);
    });

    it('says that nothing listens', async () => {
      const { rabbitmq } = await findings({ AMQP_URL: 'amqp://127.0.0.1:1' });
      expect(rabbitmq?.says).to.match(/ECONNREFUSED/);
      expect(rabbitmq?.todo).to.match(/^start it/);
    });

    it('warns that nothing is declared yet, and declares nothing', async () => {
      for (let times = 0; times < 2; times++) {
        const { exchanges, queue } = await findings();
        expect(exchanges).to.include({ state: 'warn' });
        for (const name of Object.values(around.broker.names)) expect(exchanges?.says).to.include(name);
        expect(queue).to.equal(undefined);
      }
    });

    it('says which queue has other arguments, and which', async () => {
      const channel = await around.broker.connection.createChannel();
      await channel.assertQueue(around.broker.names.notifications, { durable: true });
      await channel.close();
      const { exchanges } = await findings();
      expect(exchanges).to.include({ state: 'fail' });
      expect(exchanges?.says)
        .to.include(`queue ${around.broker.names.notifications}: `)
        .and.to.match(/inequivalent arg 'x-/);
      expect(exchanges?.todo).to.match(/^empty and delete/);
    });

    it('says which exchange is of another type', async () => {
      const channel = await around.broker.connection.createChannel();
      await channel.assertExchange(around.broker.names.orders, 'fanout');
      await channel.close();
      const { exchanges } = await findings();
      expect(exchanges).to.include({ state: 'fail' });
      expect(exchanges?.says).to.match(/exchange .*orders: .*inequivalent arg 'type'/);
    });

    it('warns that nobody consumes, and how much waits', async () => {
      await around.serve();
      await around.clear();
      await around.pay('default', 1, 3);
      const { queue } = await findings();
      expect(queue).to.include({ state: 'warn', todo: 'start a process with the role `worker`' });
      await eventually(async () => {
        expect((await findings()).queue?.says).to.match(/has 3 messages and 0 consumers$/);
      });
    });

    it('warns of dead letters', async () => {
      await around.serve();
      const bad = { key: 'order.paid', body: 'no json' };
      await publishAll(around.broker.connection, around.broker.names.orders, [bad]);
      await eventually(async () => {
        const found = await findings();
        expect(found['dead letters']).to.include({ state: 'warn' });
        expect(found['dead letters']?.todo).to.include('orderbell dead list');
      });
    });
  });

  describe('of the management API, which a server of the test stands in for', () => {
    let api: Server;
    let asked: { path: string; authorization: string | undefined }[];
    let answers: Record<string, unknown>;
    beforeEach(async () => {
      asked = [];
      api = createHttpServer(({ url = '', headers }, response) => {
        asked.push({ path: url, authorization: headers.authorization });
        response.statusCode = url in answers ? 200 : 404;
        response.end(JSON.stringify(answers[url] ?? {}));
      });
      await once(api.listen(0, '127.0.0.1'), 'listening');
    });
    afterEach(() => api.close());

    async function membersFound(): Promise<Finding | undefined> {
      const { port } = api.address() as AddressInfo;
      return (await findings({ AMQP_MANAGEMENT_URL: `http://us:p%40ss@127.0.0.1:${port}` }))['queue members'];
    }

    it('warns of a queue that is not on every node', async () => {
      await around.serve();
      const { notifications, deadLetters } = around.broker.names;
      answers = {
        '/api/nodes': [{}, {}, {}],
        [`/api/queues/%2F/${notifications}`]: { members: ['a', 'b', 'c'] },
        [`/api/queues/%2F/${deadLetters}`]: { members: ['a'] },
      };
      const found = await membersFound();
      expect(found).to.include({ state: 'warn', says: `${deadLetters} is on 1 of 3 nodes` });
      expect(asked.map(({ authorization }) => authorization)).to.deep.equal(
        Array(3).fill(`Basic ${Buffer.from('us:p@ss').toString('base64')}`),
      );
    });

    it('warns that it does not answer, without its password', async () => {
      await around.serve();
      answers = {};
      const found = await membersFound();
      expect(found?.state).to.equal('warn');
      expect(found?.says)
        .to.match(/does not answer: .*status 404$/)
        .and.not.include('p%40ss');
    });
  });

  describe('of tokens', () => {
    const keySet = { AUTH_MODE: 'jwt', AUTH_ISSUER: 'us', AUTH_AUDIENCE: 'bell' };

    it('looks for the key set, and says why it cannot be had', async () => {
      const server = await startKeyServer([makeKeyPair('ES256', 'k')]);
      const env = { ...keySet, AUTH_JWKS_URL: server.url };
      expect((await findings(env)).access).to.include({ state: 'ok' });
      server.serve({ status: 500, body: '' });
      const { access } = await findings(env);
      expect(access).to.include({ state: 'fail', says: 'the key set cannot be had: HTTP 500' });
      await server.close();
      expect((await findings(env)).access?.says).to.match(/^the key set cannot be had: /);
    });

    it('says that the file of the key set is not there', async () => {
      const { access } = await findings({ ...keySet, AUTH_JWKS_FILE: '/not/there' });
      expect(access).to.include({ state: 'fail' });
      expect(access?.says).to.match(/ENOENT/);
    });

    it('warns of what was opened to anybody in production', async () => {
      const { lines } = await doctor(
        { NODE_ENV: 'production', ALLOW_ANONYMOUS: 'true', ALLOW_UNSIGNED_PAYMENTS: 'true', PORT: '0' },
        '--json',
      );
      const access = lines.map((line) => JSON.parse(line)).filter(({ check }) => check === 'access');
      expect(access.map(({ state, says }) => [state, says])).to.deep.equal([
        ['warn', 'anybody may listen and order'],
        ['warn', 'anybody may say that an order is paid'],
      ]);
    });
  });

  describe('of the port', () => {
    /** A server that is none of us; ends with the test. */
    async function withStranger(greeting: string, use: (port: number) => Promise<void>): Promise<void> {
      const stranger = createServer((socket) => socket.end(greeting)).listen(0, '127.0.0.1');
      await once(stranger, 'listening');
      try {
        await use((stranger.address() as AddressInfo).port);
      } finally {
        stranger.close();
      }
    }

    it('says that it is free', async () => {
      let free = 0;
      await withStranger('', async (port) => {
        free = port;
      });
      const { port } = await findings({ PORT: String(free) });
      expect(port).to.include({ state: 'ok', says: `127.0.0.1:${free} is free` });
    });

    for (const [what, greeting] of [
      ['something that is no web server', 'SSH-2.0-OpenSSH\r\n'],
      ['another web server', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}'],
    ] as const) {
      it(`says that ${what} has it`, async () => {
        await withStranger(greeting, async (taken) => {
          const { port } = await findings({ PORT: String(taken) });
          expect(port).to.include({ state: 'fail', says: `127.0.0.1:${taken} is taken by something else` });
        });
      });
    }

    it('warns that we serve it and are not ready', async () => {
      const proxy = await proxied(around.broker.url);
      const service = await around.serve({ AMQP_URL: proxy.url });
      proxy.cut();
      await eventually(async () => {
        const { port } = await findings({ PORT: String(service.port) });
        expect(port).to.include({ state: 'warn' });
        expect(port?.says).to.match(/not ready: postgres up, rabbitmq down$/);
      });
    });

    it('knows a service that speaks TLS, and says how long its certificate is valid', async () => {
      const certificates = createCertificates();
      try {
        const { key, cert } = certificates.sign('bell');
        const env = { TLS_KEY: key, TLS_CERT: cert };
        const service = await around.serve(env);
        const { port, tls } = await findings({ ...env, PORT: String(service.port) });
        expect(port?.says).to.match(/is served by an orderbell that is ready$/);
        expect(tls).to.include({ state: 'warn' });
        expect(tls?.says).to.match(/valid until .*, for [12] days$/);
        const { tls: broken } = await findings({ TLS_KEY: key, TLS_CERT: '/not/there' });
        expect(broken).to.include({ state: 'fail' });
        expect(broken?.says).to.match(/^tls\.cert: ENOENT/);
      } finally {
        certificates.remove();
      }
    });

    it('says that the host is no address of this machine', async () => {
      const { port } = await findings({ HTTP_HOST: '192.0.2.1', PORT: '8080' });
      expect(port).to.include({ state: 'fail' });
      expect(port?.says).to.match(/EADDRNOTAVAIL/);
    });
  });
}).timeout(30_000);
