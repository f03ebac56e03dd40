/** Deaf shops, with gateways and escalators as processes of their own that are killed, frozen, cut from Postgres and replaced. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { createMember, type Member } from '../support/fleet.ts';
import { ask } from '../support/http-client.ts';
import {
  createBroker,
  createDatabase,
  type TestBroker,
  type TestDatabase,
} from '../support/servers-of-the-run.ts';
import { connectSocket, type SocketClient, V1 } from '../support/socket-client.ts';

const FLEET = ['gateway', 'gateway', 'escalator', 'escalator'];
const DEAF_AFTER = 10;
const POLICY = {
  steps: [{ afterSeconds: 60, when: 'unheard', targets: ['owner'] }],
  expireAfterSeconds: 900,
  deafAfterSeconds: DEAF_AFTER,
};
const TARGETS = {
  owner: { kind: 'webhook', url: 'https://127.0.0.1:1/', secret: `whsec_${'A'.repeat(32)}` },
};
/** A lease, the time of the policy, and what the looks and a slow machine take. */
const AFTER_A_KILL = (15 + DEAF_AFTER + 15) * 1_000;

describe('shops that can be reached by no session', function () {
  this.timeout(150_000);
  let database: TestDatabase;
  let broker: TestBroker;
  let members: Member[];
  const crashes: string[] = [];
  const logDir = mkdtempSync(join(tmpdir(), 'orderbell-deaf-'));
  let clients: SocketClient[] = [];

  before(async () => {
    [database, broker] = await Promise.all([createDatabase(), createBroker()]);
    const options = {
      entry: ['--import', 'tsx', 'src/main.ts'],
      urls: { postgres: database.url, rabbitmq: broker.url },
      env: {
        NODE_ENV: 'test',
        LOG_LEVEL: 'info',
        AMQP_PREFIX: broker.prefix,
        ESCALATION_POLICY: JSON.stringify(POLICY),
        ESCALATION_TARGETS: JSON.stringify(TARGETS),
      },
      logDir,
      onCrash: (name: string, detail: string) => crashes.push(`${name} ${detail}`),
    };
    members = await Promise.all(FLEET.map((role, index) => createMember(`${role}-${index}`, role, options)));
    await Promise.all(members.map((member) => member.start()));
  });
  after(async () => {
    for (const { socket } of clients) socket.terminate();
    await Promise.all(members.map((member) => member.end('SIGKILL')));
    await Promise.all(members.flatMap(({ links }) => [links.postgres.close(), links.rabbitmq.close()]));
    await Promise.all([database.drop(), broker.drop()]);
    rmSync(logDir, { recursive: true });
  });
  afterEach(() => {
    for (const { socket } of clients) socket.terminate();
    clients = [];
    expect(crashes).to.deep.equal([]);
  });

  function member(index: number): Member {
    const found = members[index];
    if (found === undefined) throw new Error(`there is no member ${index}`);
    return found;
  }
  async function open(of: Member, shop: string): Promise<SocketClient> {
    const client = await connectSocket(of.url ?? '', `till-at-${of.name}`, { protocol: V1, query: { shop } });
    clients.push(client);
    await client.nextOf('ready');
    return client;
  }
  async function rows<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await database.pool.query(text, values)).rows;
  }
  /** What was reported of these shops, in order. */
  const reported = async (...shops: string[]) =>
    (
      await rows<{ line: string }>(
        `SELECT shop || ' ' || routing_key AS line
         FROM (SELECT id, routing_key, body::jsonb ->> 'shopId' AS shop FROM bell_outbox) b WHERE shop = ANY ($1) ORDER BY id`,
        [shops],
      )
    ).map(({ line }) => line);
  const gatewaysOf = async (shop: string) =>
    (await rows<{ gateway_id: string }>('SELECT gateway_id FROM hearing WHERE shop_id = $1', [shop])).map(
      ({ gateway_id }) => gateway_id,
    );
  const isHearing = (shop: string) =>
    eventually(async () => expect(await gatewaysOf(shop)).to.have.length.above(0));
  /** By the looks of the escalators. */
  const untilSilentFor = (shop: string, seconds: number) =>
    eventually(
      async () =>
        expect(
          await rows(
            'SELECT FROM silent_shops WHERE shop_id = $1 AND since < clock_timestamp() - make_interval(secs => $2)',
            [shop, seconds],
          ),
        ).to.have.length(1),
      40_000,
    );

  it('is deaf while its only till is muted, and hears within ten seconds of its sound', async () => {
    const till = await open(member(0), 'muted');
    await isHearing('muted');
    till.send({ kind: 'hearing', sound: 'muted', visible: true });
    await eventually(async () => expect(await reported('muted')).to.deep.equal(['muted shop.deaf']), 25_000);
    const presence = await ask(member(1).url ?? '', '/shops/muted/presence');
    expect(presence.body.data).to.include({ shop: 'muted', presence: 'deaf', gateways: 0 });
    const list = await ask(member(1).url ?? '', '/shops?presence=deaf');
    expect(list.body.data).to.nested.include({ 'shops[0].shop': 'muted', next: null });

    till.send({ kind: 'hearing', sound: 'on', visible: true });
    const both = ['muted shop.deaf', 'muted shop.hearing'];
    await eventually(async () => expect(await reported('muted')).to.deep.equal(both), 10_000);
    const again = await ask(member(1).url ?? '', '/shops/muted/presence');
    expect(again.body.data).to.include({ presence: 'hearing', deafSince: null, gateways: 1 });
  });

  it('is deaf once where its gateway was killed, unless another gateway has a session of it', async () => {
    await open(member(0), 'killed');
    await open(member(0), 'spread');
    await open(member(1), 'spread');
    await isHearing('killed');
    await eventually(async () => expect(await gatewaysOf('spread')).to.have.length(2));
    await member(0).end('SIGKILL');
    await eventually(
      async () => expect(await reported('killed', 'spread')).to.deep.equal(['killed shop.deaf']),
      AFTER_A_KILL,
    );
    await member(0).start();
    await open(member(0), 'killed');
    const both = ['killed shop.deaf', 'killed shop.hearing'];
    await eventually(async () => expect(await reported('killed', 'spread')).to.deep.equal(both), 10_000);
  });

  for (const [what, begin, end] of [
    ['frozen', (of: Member) => of.hold(), (of: Member) => of.release()],
    [
      'cut from Postgres',
      (of: Member) => of.links.postgres.cut(),
      (of: Member) => of.links.postgres.restore(),
    ],
    [
      'cut from Postgres without learning of it',
      (of: Member) => of.links.postgres.pause(),
      (of: Member) => of.links.postgres.restore(),
    ],
  ] as const) {
    it(`is written anew by its gateway that was ${what} for longer than its lease`, async () => {
      const shop = what.replaceAll(' ', '-');
      await open(member(1), shop);
      await isHearing(shop);
      const [before] = await gatewaysOf(shop);
      begin(member(1));
      await untilSilentFor(shop, 1);
      expect(await gatewaysOf(shop)).to.deep.equal([]);
      end(member(1));
      await eventually(async () => {
        const after = await gatewaysOf(shop);
        expect(after).to.have.length(1);
        expect(after).not.to.include(before);
      }, 20_000);
      await eventually(async () =>
        expect(await rows('SELECT FROM silent_shops WHERE shop_id = $1', [shop])).to.deep.equal([]),
      );
      expect(await reported(shop)).to.deep.equal([]);
    });
  }

  it('is reported by no deployment: each gateway is replaced, and the sessions come back', async () => {
    const shops = Array.from({ length: 40 }, (_, index) => `moved-${index}`);
    let isOver = false;
    const serving = () => members.slice(0, 2).find(({ url }) => url !== undefined);
    const stay = async (shop: string) => {
      while (!isOver) {
        const client = await open(serving() ?? member(0), shop).catch(() => undefined);
        if (client !== undefined) await client.closed;
        else await new Promise(setImmediate);
      }
    };
    const staying = shops.map(stay);
    await Promise.all(shops.map(isHearing));
    for (let round = 0; round < 2; round++) {
      for (const of of members.slice(0, 2)) {
        of.url = undefined;
        expect(await of.end('SIGTERM')).to.equal(0);
        await of.start();
      }
    }
    await Promise.all(shops.map(isHearing));
    await eventually(async () =>
      expect(await rows('SELECT FROM silent_shops WHERE shop_id = ANY ($1)', [shops])).to.deep.equal([]),
    );
    expect(await reported(...shops)).to.deep.equal([]);
    isOver = true;
    for (const { socket } of clients) socket.terminate();
    await Promise.all(staying);
  });

  it('leaves no row of a gateway that has stopped', async () => {
    await open(member(0), 'left');
    await isHearing('left');
    expect(await member(0).end('SIGTERM')).to.equal(0);
    expect(await gatewaysOf('left')).to.deep.equal([]);
    await member(0).start();
  });
});
