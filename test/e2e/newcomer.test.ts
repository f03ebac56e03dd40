/** A gateway that starts beside a process that announces nothing, since it was alone: no alert is late, and none is missing. */

import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { upTo } from '../support/fake-log.ts';
import { scrape } from '../support/metrics.ts';
import type { Service } from '../support/service.ts';
import type { SocketClient } from '../support/socket-client.ts';
import { createSurroundings, type Surroundings, seqsOf } from '../support/surroundings.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

/** No feed is compared with the log by the clock. */
const NO_REPAIR = { GATEWAY_COMPARE_SECONDS: '3600' };

describe('a newcomer among gateways', () => {
  let around: Surroundings;
  let proxy: TcpProxy;
  let paid = 0;
  before(async () => {
    around = await createSurroundings();
    proxy = await startTcpProxy(around.broker.url);
  });
  afterEach(async () => {
    proxy.restore();
    await around.clear();
  });
  after(async () => {
    await proxy.close();
    await around.tearDown();
  });

  async function sent(service: Service): Promise<number> {
    return (await scrape(service.url)).value('orderbell_announcements_sent_total') ?? Number.NaN;
  }

  /** Pays one order, and waits for it at a socket of the process that logs it. */
  async function payOne(shop: string, client: SocketClient): Promise<void> {
    await around.pay(shop, ++paid, paid);
    expect(await client.nextOf('notification')).to.include({ orderId: paid });
  }

  async function listen(service: Service, shop: string, sid: string): Promise<SocketClient> {
    const client = await around.open(service, sid, { query: { shop } });
    await client.nextOf('ready');
    return client;
  }

  /** Resolves when an order makes no announcement any more. */
  async function becomeAlone(service: Service, shop: string, client: SocketClient): Promise<void> {
    await eventually(async () => {
      const before = await sent(service);
      await payOne(shop, client);
      expect(await sent(service)).to.equal(before);
    }, 15_000);
  }

  /** Waits until an append of that shop waits for the lock that `work` is run under. */
  async function underLock(shop: string, work: () => Promise<void>): Promise<void> {
    const client = await around.database.pool.connect();
    try {
      await client.query('BEGIN');
      await client.query('SELECT FROM shops WHERE id = $1 FOR UPDATE', [shop]);
      await around.pay(shop, ++paid, paid);
      await eventually(async () => {
        const { rows } = await around.database.pool.query(
          `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%append_notifications%'
             AND datname = current_database()`,
        );
        expect(rows).to.have.length(1);
      });
      await work();
    } finally {
      await client.query('COMMIT');
      client.release();
    }
  }

  /**
   * The newcomer's session has joined, and the process that logs next has not got the newcomer's call: what it logs is
   * withheld. Resolves with the newcomer's client, once the alert is at the other one.
   */
  async function missOne(shop: string, env: Record<string, string>): Promise<SocketClient> {
    const one = await around.serve({ ...env, AMQP_URL: proxy.url });
    const near = await listen(one, shop, 'near');
    await becomeAlone(one, shop, near);
    const before = await sent(one);
    const head = seqsOf(near).length;
    let far: SocketClient | undefined;
    await underLock(shop, async () => {
      proxy.pause();
      far = await listen(await around.serve(env), shop, 'far');
      expect(seqsOf(far)).to.deep.equal([]);
    });
    await eventually(() => expect(seqsOf(near)).to.have.length(head + 1));
    expect(await sent(one)).to.equal(before);
    if (far === undefined) throw new Error('no newcomer');
    return far;
  }

  it('gets what was withheld from it with the answer to its call', async () => {
    const far = await missOne('withheld', NO_REPAIR);
    expect(seqsOf(far)).to.deep.equal([]);
    proxy.restore();
    expect(await far.nextOf('notification')).to.include({ orderId: paid });
    await around.pay('withheld', ++paid, paid);
    expect(await far.nextOf('notification')).to.include({ orderId: paid });
    const [first = 0] = seqsOf(far);
    expect(seqsOf(far)).to.deep.equal([first, first + 1]);
  });

  it('gets what was withheld from it with the next comparison where no answer comes', async () => {
    const far = await missOne('unanswered', { GATEWAY_COMPARE_SECONDS: '1' });
    expect(await far.nextOf('notification', 2_000)).to.include({ orderId: paid });
  });

  it('misses nothing while orders keep coming, wherever its sessions begin', async () => {
    const one = await around.serve(NO_REPAIR);
    const shop = 'steady';
    const near = await listen(one, shop, 'near');
    await becomeAlone(one, shop, near);
    let isPaying = true;
    let count = seqsOf(near).length;
    const paying = (async () => {
      for (; isPaying; count++) await around.pay(shop, ++paid, paid);
    })();
    const two = await around.serve(NO_REPAIR);
    const clients = [near];
    for (let till = 1; till <= 10; till++) {
      const query = { shop, since: '0' };
      clients.push(await around.open(till % 2 === 0 ? one : two, `till-${till}`, { query }));
    }
    isPaying = false;
    await paying;
    for (const client of clients) {
      await eventually(() => expect(seqsOf(client)).to.have.length(count));
      expect(seqsOf(client)).to.deep.equal(upTo(count));
    }
  });

  it('is announced to although it never calls, as one of the version before', async () => {
    const channel = await around.broker.connection.createChannel();
    const { queue } = await channel.assertQueue(`before.${randomUUID()}`, { exclusive: true });
    await channel.bindQueue(queue, around.broker.names.announcements, 'signed');
    const received: string[] = [];
    await channel.consume(queue, (message) => received.push(String(message?.content)), { noAck: true });
    const one = await around.serve(NO_REPAIR);
    const near = await listen(one, 'before', 'near');
    // The process has asked RabbitMQ for others: it never found itself alone.
    await eventually(() => expect(received.join()).to.contain('"sid":"-"'), 10_000);
    const before = await sent(one);
    await payOne('before', near);
    await payOne('before', near);
    expect(await sent(one)).to.be.at.least(before + 2);
    await eventually(() => expect(received.join()).to.contain(`"orderId":${paid}`));
    await channel.close();
  });
}).timeout(60_000);
