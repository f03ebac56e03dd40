/**
 * Many upgrades at once, of clients that come and go: each one that is let in lives until one end closes it, with tokens,
 * which are looked into before the upgrade, as without. The service is a process of its own: uWebSockets.js writes its
 * warnings past everything to standard error.
 */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { attempt } from '../support/attempt.ts';
import { eventually } from '../support/eventually.ts';
import { createMember, type Member } from '../support/fleet.ts';
import { ask } from '../support/http-client.ts';
import { V1 } from '../support/socket-client.ts';
import { createSurroundings, type Surroundings } from '../support/surroundings.ts';
import { makeToken, WITH_SECRET } from '../support/tokens.ts';

const ENTRY = ['--import', 'tsx', fileURLToPath(new URL('../../src/main.ts', import.meta.url))];
const CLIENTS = 1_000;
/** Of these each client leaves by itself all but the last. */
const SESSIONS_EACH = 2;

const NO_LIMITS = {
  LIMITS_REQUESTS_PER_SECOND: '0',
  LIMITS_TOKEN_REQUESTS_PER_SECOND: '0',
  LIMITS_CONNECTS_PER_SECOND: '0',
  LIMITS_CONNECTIONS_PER_ADDRESS: '0',
  LIMITS_CONNECTIONS_PER_SUBJECT: '0',
};

describe('upgrades', () => {
  let around: Surroundings;
  let member: Member;
  const logDir = mkdtempSync(join(tmpdir(), 'orderbell-upgrades-'));
  const crashes: string[] = [];
  before(async () => {
    around = await createSurroundings();
  });
  afterEach(async () => {
    await member.end('SIGKILL');
    await Promise.all([member.links.postgres.close(), member.links.rabbitmq.close()]);
  });
  after(async () => {
    await around.tearDown();
    rmSync(logDir, { recursive: true });
  });

  async function start(name: string, env: Record<string, string>): Promise<string> {
    member = await createMember(name, 'worker,gateway', {
      entry: ENTRY,
      urls: { postgres: around.database.url, rabbitmq: around.broker.url },
      env: { NODE_ENV: 'test', LOG_LEVEL: 'info', AMQP_PREFIX: around.broker.prefix, ...NO_LIMITS, ...env },
      logDir,
      onCrash: (who, detail) => crashes.push(`${who} ${detail}`),
    });
    await member.start();
    return member.url ?? '';
  }

  const warnings = (name: string) =>
    readFileSync(join(logDir, `${name}.log`), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('Warning: uWS'));

  for (const [name, env, protocol] of [
    ['plain', {}, ''],
    ['plain-token', WITH_SECRET, ''],
    ['v1-token', WITH_SECRET, V1],
  ] as const) {
    it(`of a thousand clients at once lose none: ${name}`, async () => {
      const url = await start(name, env);
      const query = `shop=${name}`;
      const headers = { authorization: `Bearer ${await makeToken({ claims: { shop: '*' } })}` };
      const dropped: string[] = [];
      const heard = new Map<WebSocket, number>();

      async function runSession(id: number, isLast: boolean): Promise<void> {
        const address = `${url.replace('http', 'ws')}/ws/till-${id}?${query}`;
        const socket = new WebSocket(address, protocol === '' ? [] : [protocol], { headers });
        let isLeaving = false;
        socket.on('message', () => heard.set(socket, (heard.get(socket) ?? 0) + 1));
        await new Promise<void>((resolve) => {
          socket.on('close', (code) => {
            if (!isLeaving) dropped.push(`${id} ${code}`);
            heard.delete(socket);
            resolve();
          });
          socket.on('error', (error) => dropped.push(`${id} ${error.message}`));
          socket.on('open', () => {
            isLeaving = !isLast;
            if (isLast) {
              heard.set(socket, heard.get(socket) ?? 0);
              resolve();
            } else socket.close();
          });
        });
      }
      await Promise.all(
        Array.from({ length: CLIENTS }, async (_, id) => {
          for (let turn = 1; turn <= SESSIONS_EACH; turn++) await runSession(id, turn === SESSIONS_EACH);
        }),
      );
      expect(heard.size).to.equal(CLIENTS);
      const frames = protocol === '' ? 1 : 2; // the alert, and `ready` before it
      await around.pay(name, 1, 1);
      await eventually(() => {
        const missing = [...heard.values()].filter((count) => count < frames).length;
        expect(missing).to.equal(0);
      }, 30_000);
      expect(dropped).to.deep.equal([]);
      for (const socket of heard.keys()) socket.terminate();
      // One for each time that nobody else was there whose cork could be held.
      expect(warnings(name).length).to.be.at.most(CLIENTS * SESSIONS_EACH * 0.02);
      expect(crashes).to.deep.equal([]);
    });
  }

  it('refuse, as requests over HTTP do, without a warning of uWebSockets.js, whatever they wait for before', async () => {
    const url = await start('refused', WITH_SECRET);
    const token = await makeToken({ claims: { shop: 'corner', scope: 'listen' } });
    const wrong = await makeToken({ claims: { shop: 'corner', scope: 'log:read' } });
    const refused = [
      await attempt(url, { token: 'garbage' }),
      await attempt(url, { token: wrong }),
      await attempt(url, { token, query: 'shop=another' }),
      await attempt(url, { token, query: 'since=x' }),
    ];
    expect(refused.map(({ status }) => status)).to.deep.equal([401, 403, 403, 400]);
    const { status } = await ask(url, '/metrics', { headers: { authorization: `Bearer ${wrong}` } });
    expect(status).to.equal(403);
    await member.end('SIGTERM');
    expect(warnings('refused')).to.deep.equal([]);
  });
}).timeout(120_000);
