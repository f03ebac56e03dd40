/** Several who want one `sid`: at one gateway and at two, of one subject and of several, and while links are down. */

import { expect } from 'chai';
import { WebSocket } from 'ws';
import { eventually } from '../support/eventually.ts';
import { createMember } from '../support/fleet.ts';
import { createLocalDir } from '../support/local-dir.ts';
import type { Service } from '../support/service.ts';
import { V1 } from '../support/socket-client.ts';
import { createSurroundings, type Surroundings } from '../support/surroundings.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { makeToken, WITH_SECRET } from '../support/tokens.ts';

interface Till {
  socket: WebSocket;
  status: number;
  body: string;
  code: number | undefined;
}

async function open(service: Pick<Service, 'url'>, sid: string, subject: string): Promise<Till> {
  const token = await makeToken({ claims: { sub: subject } });
  const socket = new WebSocket(`${service.url.replace('http', 'ws')}/ws/${sid}`, [V1, `bearer.${token}`]);
  const till: Till = { socket, status: 0, body: '', code: undefined };
  socket.on('close', (code) => {
    till.code = code;
  });
  socket.on('error', () => {});
  await new Promise<void>((resolve) => {
    socket.on('unexpected-response', (_, response) => {
      till.status = response.statusCode ?? 0;
      response.on('data', (data) => {
        till.body += data;
      });
      response.on('end', resolve);
    });
    socket.on('message', () => {
      till.status = 101;
      resolve();
    });
  });
  return till;
}
const isOpen = ({ socket }: Till) => socket.readyState === WebSocket.OPEN;

describe('a sid that several want', () => {
  let around: Surroundings;
  beforeEach(async () => {
    around = await createSurroundings();
  });
  afterEach(() => around.tearDown());
  const serve = (env = {}) => around.serve({ ...WITH_SECRET, ...env });

  it('is refused with 409 to another subject, whose receipts would bear its name', async () => {
    const service = await serve();
    const first = await open(service, 'till', 'us');
    const thief = await open(service, 'till', 'them');
    expect([thief.status, JSON.parse(thief.body).reason]).to.deep.equal([409, 'sid-taken']);
    expect(isOpen(first)).to.equal(true);
    const again = await open(service, 'till', 'us');
    await eventually(() => expect(first.code).to.equal(4001));
    expect(isOpen(again)).to.equal(true);
  });

  it('goes to one subject alone when several ask for it at once', async () => {
    const service = await serve();
    const subjects = Array.from({ length: 10 }, (_, index) => `s${index}`);
    const tills = await Promise.all(subjects.map((subject) => open(service, 'till', subject)));
    expect(tills.filter(({ status }) => status === 101)).to.have.length(1);
    expect(tills.filter(isOpen)).to.have.length(1);
    expect(tills.filter(({ status }) => status === 409)).to.have.length(9);
  });

  it('stays with the first subject when another takes it at another gateway', async () => {
    const [here, there] = [await serve(), await serve()];
    const first = await open(here, 'till', 'us');
    const thief = await open(there, 'till', 'them');
    await eventually(() => expect(thief.code).to.equal(4009));
    expect(isOpen(first)).to.equal(true);
  });

  it('is replaced by its own subject when the shop is full, and by nobody else', async () => {
    const service = await serve({ LIMITS_CONNECTIONS_PER_SHOP: '2', LIMITS_CONNECTIONS_PER_ADDRESS: '2' });
    const first = await open(service, 'till', 'us');
    await open(service, 'other', 'us');
    for (let round = 0; round < 3; round++) expect((await open(service, 'till', 'us')).status).to.equal(101);
    expect(first.code).to.equal(4001);
    expect((await open(service, 'third', 'us')).status).to.equal(429);
  });

  it('cannot be kept from others by one subject that opens as many as it can', async () => {
    const service = await serve({ LIMITS_CONNECTIONS_PER_SHOP: '4', LIMITS_CONNECTIONS_PER_SUBJECT: '2' });
    const greedy = await Promise.all(['a', 'b', 'c', 'd'].map((sid) => open(service, sid, 'greedy')));
    expect(greedy.map(({ status }) => status).toSorted()).to.deep.equal([101, 101, 429, 429]);
    expect((await open(service, 'till', 'us')).status).to.equal(101);
  });

  it('has one session when two are opened at the same moment at two gateways', async () => {
    const services = [await serve(), await serve()];
    for (let round = 0; round < 10; round++) {
      const tills = await Promise.all(services.map((service) => open(service, `till-${round}`, 'us')));
      // Of a till that is closing the code comes later.
      const codes = () => tills.map(({ code }) => code).filter((code) => code !== undefined);
      await eventually(() => expect(codes()).to.deep.equal([4001]));
      expect(tills.filter(isOpen)).to.have.length(1);
    }
  });

  for (const skew of [-5, 5]) {
    it(`is that of the newer session though the clock of one of two gateways is ${skew} s off`, async () => {
      const logDir = createLocalDir();
      const skewed = await createMember('skewed', 'gateway', {
        entry: ['--import', 'tsx', '--import', './test/support/shifted-clock.mjs', 'src/main.ts'],
        urls: { postgres: around.database.url, rabbitmq: around.broker.url },
        env: {
          ...WITH_SECRET,
          NODE_ENV: 'test',
          LOG_LEVEL: 'info',
          AMQP_PREFIX: around.broker.prefix,
          CLOCK_SHIFT_SECONDS: String(skew),
        },
        logDir: logDir.path,
        onCrash: (_, detail) => console.error(detail),
      });
      try {
        const right = await serve();
        await skewed.start();
        const wrong = { url: skewed.url ?? '' };
        for (const [sid, older, newer] of [
          ['till-1', right, wrong],
          ['till-2', wrong, right],
        ] as const) {
          const first = await open(older, sid, 'us');
          const second = await open(newer, sid, 'us');
          await eventually(() => expect(first.code).to.equal(4001));
          expect(isOpen(second)).to.equal(true);
        }
      } finally {
        await skewed.end('SIGKILL');
        await Promise.all([skewed.links.postgres.close(), skewed.links.rabbitmq.close()]);
        logDir.remove();
      }
    }).timeout(60_000); // a process of its own takes long to start on a busy machine
  }

  it('is that of the newer session at a gateway that has just started', async () => {
    const here = await serve();
    for (let round = 0; round < 20; round++) await open(here, `x-${round}`, 'us');
    const first = await open(here, 'till', 'us');
    const second = await open(await serve(), 'till', 'us');
    await eventually(() => expect(first.code).to.equal(4001));
    expect(isOpen(second)).to.equal(true);
  });

  for (const newer of ['at the gateway that was cut off', 'at the other one']) {
    it(`is that of the newer session, ${newer}, once the link is back`, async () => {
      const rabbitmq = await startTcpProxy(around.broker.url);
      const [cut, other] = [await serve({ AMQP_URL: rabbitmq.url }), await serve()];
      const [from, to] = newer === 'at the other one' ? [cut, other] : [other, cut];
      const first = await open(from, 'till', 'us');
      rabbitmq.cut();
      const second = await open(to, 'till', 'us');
      expect([first, second].map(isOpen), 'neither knows of the other').to.deep.equal([true, true]);
      rabbitmq.restore();
      await eventually(() => expect(first.code).to.equal(4001), 15_000);
      expect(isOpen(second)).to.equal(true);
      await rabbitmq.close();
    }).timeout(30_000);
  }
});
