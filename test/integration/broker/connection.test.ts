import { expect } from 'chai';
import { type BrokerConnection, openConnection } from '../../../src/broker/connection.ts';
import type { BrokerLink } from '../../../src/broker/link.ts';
import { declareTopology } from '../../../src/broker/topology.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { openLink } from '../../support/broker-link.ts';
import { eventually } from '../../support/eventually.ts';
import { createBroker, type TestBroker } from '../../support/servers-of-the-run.ts';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';

describe('the connection to RabbitMQ', () => {
  let broker: TestBroker;
  let proxy: TcpProxy;
  const connections: BrokerConnection[] = [];

  before(async () => {
    broker = await createBroker();
    proxy = await startTcpProxy(broker.url);
  });

  afterEach(() => Promise.all(connections.splice(0).map((connection) => connection.close())));

  after(async () => {
    await proxy.close();
    await broker.drop();
  });

  async function open(
    setup: (link: BrokerLink) => Promise<void>,
    onUp?: () => void,
  ): Promise<BrokerConnection> {
    const connection = await openLink(proxy.url, setup, onUp);
    connections.push(connection);
    return connection;
  }

  /** How a first connection fails, and after how many seconds. */
  async function failureOf(
    url: string,
    connectSeconds: number,
    setup: (link: BrokerLink) => Promise<void> = async () => {},
  ) {
    const tls = { caFile: '', certFile: '', keyFile: '' };
    const options = { url, ...tls, heartbeatSeconds: 10, connectSeconds, name: 'test' };
    const started = performance.now();
    const error = await openConnection(options, createLogger('silent'), setup).then(
      async (connection) => {
        await connection.close();
        throw new Error('it connected');
      },
      (error) => error,
    );
    return { error, seconds: (performance.now() - started) / 1000 };
  }

  it('comes back when the link is lost while a channel of the set-up is being closed', async () => {
    let cuts = 0;
    const fragile = await startTcpProxy(broker.url, (data) => {
      // Channel.Close: class 20, method 40.
      if (cuts > 0 || !data.includes(Buffer.from([0, 20, 0, 40]))) return;
      cuts++;
      fragile.cut();
      setImmediate(() => fragile.restore());
    });
    try {
      connections.push(await openLink(fragile.url, (link) => declareTopology(link.model, broker.names)));
      expect(cuts).to.equal(1);
    } finally {
      await Promise.all(connections.splice(0).map((connection) => connection.close()));
      await fragile.close();
    }
  });

  describe('at the start', () => {
    it('fails at once with `broker-unavailable` for wrong credentials', async () => {
      const url = new URL(broker.url);
      url.password = 'wrong';
      const { error, seconds } = await failureOf(url.href, 60);
      expect(error).to.include({ code: 'broker-unavailable' });
      expect(error.message)
        .to.match(/^RabbitMQ: .*ACCESS[-_]REFUSED/)
        .and.not.to.include('wrong');
      expect(seconds).to.be.below(15);
    });

    it('fails at once for a virtual host that is not there, with what to do about it', async () => {
      const url = new URL(broker.url);
      url.pathname = '/not-there';
      const { error, seconds } = await failureOf(url.href, 60);
      expect(error).to.include({ code: 'broker-unavailable' });
      expect(error.message).to.include('see whether the vhost in AMQP_URL is there and for this user');
      expect(seconds).to.be.below(15);
    });

    it('fails at once where the user may not declare what is ours, with what to do about it', async () => {
      const { error, seconds } = await failureOf(broker.url, 60, async ({ model }) => {
        // The broker forbids everybody what begins with `amq.`, in the words that it has for a permission.
        const channel = await model.createChannel();
        channel.on('error', () => {});
        await channel.assertExchange('amq.orders', 'topic');
      });
      expect(error).to.include({ code: 'broker-unavailable' });
      expect(error.message)
        .to.match(/ACCESS_REFUSED/)
        .and.to.include('give the user the permissions');
      expect(seconds).to.be.below(15);
    });

    it('fails at once where a queue of ours is there with other arguments', async () => {
      const other = await createBroker();
      const channel = await other.connection.createChannel();
      await channel.assertQueue(other.names.notifications, { durable: true });
      const { error, seconds } = await failureOf(broker.url, 60, (link) =>
        declareTopology(link.model, other.names),
      );
      expect(error).to.include({ code: 'broker-unavailable' });
      expect(error.message).to.match(/PRECONDITION_FAILED/);
      expect(seconds).to.be.below(15);
      await other.drop();
    });

    it('gives up with `broker-unavailable` after its time where nobody listens', async () => {
      const nobody = await startTcpProxy(broker.url);
      await nobody.close();
      const { error, seconds } = await failureOf(nobody.url, 1);
      expect(error).to.include({ code: 'broker-unavailable' });
      expect(error.message).to.match(/^RabbitMQ: .*ECONNREFUSED/);
      expect(seconds).to.be.within(0.9, 10);
    });

    it('gives up after its time where somebody listens and says nothing', async () => {
      const silent = await startTcpProxy(broker.url);
      silent.pause();
      const { error } = await failureOf(silent.url, 1);
      expect(error).to.include({ code: 'broker-unavailable', message: 'RabbitMQ: no answer' });
      await silent.close();
    });

    it('waits for a broker that comes later', async () => {
      proxy.cut();
      let setUps = 0;
      const opening = open(async () => void setUps++);
      await new Promise((resolve) => setImmediate(resolve));
      proxy.restore();
      expect((await opening).isUp()).to.equal(true);
      expect(setUps).to.equal(1);
    });

    it('sets up again when that failed for a reason that may pass', async () => {
      let attempts = 0;
      const connection = await open(async () => {
        if (++attempts < 3) throw new Error('not yet');
      });
      expect(attempts).to.equal(3);
      expect(connection.isUp()).to.equal(true);
    });
  });

  it('is down as soon as the link is lost, and up once all is set up anew', async () => {
    let setUps = 0;
    let ups = 0;
    const connection = await open(
      async () => void setUps++,
      () => ups++,
    );
    expect(connection.isUp()).to.equal(true);
    proxy.cut();
    await eventually(() => expect(connection.isUp()).to.equal(false));
    proxy.restore();
    await eventually(() => expect(connection.isUp()).to.equal(true));
    expect({ setUps, ups }).to.deep.equal({ setUps: 2, ups: 2 });
  });

  it('is set up once more when the link is lost in the middle of that', async () => {
    let setUps = 0;
    const connection = await open(async (link) => {
      if (++setUps !== 2) return;
      proxy.cut();
      proxy.restore();
      await link.model.createChannel().catch(() => {});
    });
    proxy.cut();
    proxy.restore();
    await eventually(() => expect(setUps).to.equal(3));
    await eventually(() => expect(connection.isUp()).to.equal(true));
  });

  it('is rebuilt when a watched channel is closed by an error', async () => {
    let setUps = 0;
    let channel: Awaited<ReturnType<BrokerLink['model']['createChannel']>> | undefined;
    const connection = await open(async (link) => {
      setUps++;
      channel = await link.model.createChannel();
      link.watch(channel, 'test');
    });
    await channel?.checkQueue(`${broker.prefix}not-there`).catch(() => {});
    await eventually(() => expect(setUps).to.equal(2));
    await eventually(() => expect(connection.isUp()).to.equal(true));
  });

  it('stays as it is when a watched channel is closed on purpose', async () => {
    let setUps = 0;
    let link: BrokerLink | undefined;
    const connection = await open(async (fresh) => {
      setUps++;
      link = fresh;
    });
    const channel = await link?.model.createChannel();
    if (channel === undefined) throw new Error('no channel');
    const expectClose = link?.watch(channel, 'test');
    expectClose?.();
    await channel.close();
    const other = await link?.model.createChannel(); // a round trip on the same connection, later than the close
    await other?.close();
    expect(connection.isUp()).to.equal(true);
    expect(setUps).to.equal(1);
  });

  it('is down as soon as it is failed, and rebuilt also where its peer answers nothing', async () => {
    let setUps = 0;
    let latest: BrokerLink | undefined;
    const connection = await open(async (link) => {
      setUps++;
      latest = link;
    });
    proxy.mute();
    latest?.fail('no confirms');
    expect(connection.isUp()).to.equal(false);
    await eventually(() => expect(setUps).to.equal(2), 9_000); // sooner than by the heartbeat
    await eventually(() => expect(connection.isUp()).to.equal(true));
  });

  describe('with several brokers', () => {
    const both = (first: string, second: string) => `${first},${second}`;

    it('is opened to the first that answers', async () => {
      const dead = await startTcpProxy(broker.url);
      await dead.close();
      const connection = await openLink(both(dead.url, proxy.url), async () => {});
      connections.push(connection);
      expect(connection.isUp()).to.equal(true);
    });

    it('goes on to the next when the link is lost, and comes round to the first', async () => {
      const other = await startTcpProxy(broker.url);
      let setUps = 0;
      const connection = await openLink(both(other.url, proxy.url), async () => void setUps++);
      try {
        other.cut();
        await eventually(() => expect(setUps).to.equal(2));
        await eventually(() => expect(connection.isUp()).to.equal(true));
        proxy.cut();
        other.restore();
        await eventually(() => expect(setUps).to.equal(3));
        await eventually(() => expect(connection.isUp()).to.equal(true));
      } finally {
        proxy.restore();
        await connection.close();
        await other.close();
      }
    });

    it('fails at once only where each refuses us, and says so of each', async () => {
      const wrong = (name: string) => Object.assign(new URL(broker.url), { pathname: `/${name}` }).href;
      const { error, seconds } = await failureOf(both(wrong('one'), wrong('two')), 60);
      expect(error.message).to.match(/RabbitMQ: .*\/one: .*\/two: /);
      expect(seconds).to.be.below(15);
      const connection = await openLink(both(wrong('one'), proxy.url), async () => {});
      connections.push(connection);
      expect(connection.isUp()).to.equal(true);
    });
  });

  it('is rebuilt once when it is failed twice for a reason', async () => {
    let setUps = 0;
    const links: BrokerLink[] = [];
    const connection = await open(async (link) => {
      setUps++;
      links.push(link);
    });
    links[0]?.fail('one');
    links[0]?.fail('two');
    await eventually(() => expect(setUps).to.equal(2));
    await eventually(() => expect(connection.isUp()).to.equal(true));
    links[0]?.fail('three');
    expect(connection.isUp()).to.equal(true);
  });

  it('is set up again when the link is lost while a connection whose set-up failed is being closed', async () => {
    let setUps = 0;
    const connection = await open(async () => {
      if (++setUps !== 2) return;
      proxy.pause();
      setImmediate(() => {
        proxy.cut();
        proxy.restore();
      });
      throw new Error('not yet');
    });
    proxy.cut();
    proxy.restore();
    await eventually(() => expect(setUps).to.equal(3));
    await eventually(() => expect(connection.isUp()).to.equal(true));
  });

  it('is closed also when the link is lost meanwhile', async () => {
    const connection = await open(async () => {});
    proxy.pause();
    const closing = connection.close();
    proxy.cut();
    proxy.restore();
    await closing;
  });

  it('is not rebuilt once it is closed', async () => {
    let setUps = 0;
    const connection = await open(async () => void setUps++);
    await connection.close();
    expect(connection.isUp()).to.equal(false);
    const other = await open(async () => {});
    proxy.cut();
    proxy.restore();
    await eventually(() => expect(other.isUp()).to.equal(true));
    expect(setUps).to.equal(1);
  });
});
