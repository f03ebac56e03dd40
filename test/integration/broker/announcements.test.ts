import { randomBytes, randomUUID } from 'node:crypto';
import { expect } from 'chai';
import {
  type AnnouncementConsumer,
  type AnnouncementSender,
  createAnnouncementConsumer,
  createAnnouncementSender,
  type Unbelieved,
} from '../../../src/broker/announcements.ts';
import type { BrokerConnection } from '../../../src/broker/connection.ts';
import { createSeal } from '../../../src/broker/seal.ts';
import { declareTopology } from '../../../src/broker/topology.ts';
import { openLink } from '../../support/broker-link.ts';
import { eventually } from '../../support/eventually.ts';
import { createBroker, type TestBroker } from '../../support/servers-of-the-run.ts';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';

const KEY = randomBytes(32);

/** What of a process takes part in announcements, on a connection of its own. */
interface Peer {
  sender: AnnouncementSender;
  receiver: AnnouncementConsumer;
  heard: string[];
  calls: string[];
  unbelieved: Unbelieved[];
  connection: BrokerConnection;
  ups(): number;
  losses(): number;
}

describe('announcements', () => {
  let broker: TestBroker;
  let proxy: TcpProxy;
  const peers: Peer[] = [];

  before(async () => {
    broker = await createBroker();
    await declareTopology(broker.connection, broker.names);
    proxy = await startTcpProxy(broker.url);
  });

  afterEach(() => Promise.all(peers.splice(0).map(({ connection }) => connection.close())));

  after(async () => {
    await proxy.close();
    await broker.drop();
  });

  /** With the key of the others, unless given one of its own. */
  async function startPeer(url = broker.url, key = KEY, isGateway = true): Promise<Peer> {
    const { announcements: exchange } = broker.names;
    const appId = randomUUID();
    const seal = createSeal(exchange, () => [key]);
    const heard: string[] = [];
    const calls: string[] = [];
    const unbelieved: Unbelieved[] = [];
    let losses = 0;
    let ups = 0;
    const sender = createAnnouncementSender({ exchange, appId, seal });
    const receiver = createAnnouncementConsumer({
      exchange,
      appId,
      seal,
      queueName: () => `${exchange}.${randomUUID()}`,
      onAnnouncement: isGateway ? (body) => void heard.push(body.toString()) : undefined,
      onCall: (body) => calls.push(body.toString()),
      onUnbelieved: (why) => unbelieved.push(why),
      onClosed: () => losses++,
    });
    const connection = await openLink(
      url,
      async (link) => {
        await receiver.attach(link);
        await sender.attach(link);
      },
      () => ups++,
    );
    const peer = {
      sender,
      receiver,
      heard,
      calls,
      unbelieved,
      connection,
      ups: () => ups,
      losses: () => losses,
    };
    peers.push(peer);
    return peer;
  }

  it('are heard by every other process, in order, and passed over by the own', async () => {
    const [one, two, three] = [await startPeer(), await startPeer(), await startPeer()];
    const bodies = Array.from({ length: 50 }, (_, index) => `{"n":${index}}`);
    for (const body of bodies) one.sender.send(body);
    await eventually(() => expect(two.heard).to.deep.equal(bodies));
    await eventually(() => expect(three.heard).to.deep.equal(bodies));
    // What another says comes behind all that the first one might have heard of itself.
    two.sender.send('from two');
    await eventually(() => expect(one.heard).to.deep.equal(['from two']));
  });

  it('are not believed of a process with another key, nor without an end', async () => {
    const [ours, theirs] = [await startPeer(), await startPeer(broker.url, randomBytes(32))];
    theirs.sender.send('foreign');
    theirs.sender.send('x'.repeat(2 ** 20));
    await eventually(() => expect(ours.unbelieved).to.deep.equal(['foreign', 'too-large']));
    ours.sender.send('ours');
    await eventually(() => expect(theirs.unbelieved).to.deep.equal(['foreign']));
    expect([ours.heard, theirs.heard]).to.deep.equal([[], []]);
  });

  it('are dropped, and that is said, while there is no link, and heard again once it is back', async () => {
    const [near, far] = [await startPeer(proxy.url), await startPeer()];
    proxy.cut();
    await eventually(() => expect(near.connection.isUp()).to.equal(false));
    expect(near.sender.send('lost')).to.equal(false);
    far.sender.send('missed');
    proxy.restore();
    await eventually(() => expect(near.ups()).to.equal(2));
    expect(near.losses()).to.equal(1);
    near.sender.send('again');
    await eventually(() => expect(far.heard).to.deep.equal(['again']));
    far.sender.send('again');
    await eventually(() => expect(near.heard).to.deep.equal(['again']));
  });

  it('come apart from the calls, which reach processes without a gateway as well', async () => {
    const [one, two] = [await startPeer(), await startPeer()];
    const worker = await startPeer(broker.url, KEY, false);
    one.sender.call('here');
    one.sender.send('logged');
    await eventually(() => expect([two.calls, two.heard]).to.deep.equal([['here'], ['logged']]));
    await eventually(() => expect(worker.calls).to.deep.equal(['here']));
    two.sender.call('here as well');
    await eventually(() => expect(worker.calls).to.deep.equal(['here', 'here as well']));
    expect(worker.heard).to.deep.equal([]);
  });

  it('miss a queue for as long as it is taken out, and no longer', async () => {
    const [one, two] = [await startPeer(), await startPeer()];
    await two.receiver.unbound(async () => {
      one.sender.send('missed');
      one.sender.call('behind it');
      await eventually(() => expect(two.calls).to.deep.equal(['behind it']));
    });
    const failure = two.receiver.unbound(() => Promise.reject(new Error('no answer')));
    expect(await failure.catch((error: Error) => error.message)).to.equal('no answer');
    one.sender.send('back');
    await eventually(() => expect(two.heard).to.deep.equal(['back']));
  });

  it('are dropped without an error before there was any link', () => {
    const exchange = broker.names.announcements;
    const seal = createSeal(exchange, () => [KEY]);
    expect(createAnnouncementSender({ exchange, appId: 'me', seal }).send('early')).to.equal(false);
  });

  it('are heard again after the exchange was deleted, once it is declared and bound anew', async () => {
    const [one, two] = [await startPeer(), await startPeer()];
    const channel = await broker.connection.createChannel();
    await channel.deleteExchange(broker.names.announcements);
    await declareTopology(broker.connection, broker.names);
    await two.receiver.rebind();
    one.sender.send('back');
    await eventually(() => expect(two.heard).to.deep.equal(['back']));
    await channel.close();
  });

  it('leave no queue behind when a process goes', async () => {
    const names: string[] = [];
    const receiver = createAnnouncementConsumer({
      exchange: broker.names.announcements,
      appId: 'me',
      seal: createSeal(broker.names.announcements, () => [KEY]),
      queueName() {
        names.push(`${broker.names.announcements}.${randomUUID()}`);
        return names.at(-1) ?? '';
      },
      onAnnouncement() {},
      onCall() {},
      onUnbelieved() {},
      onClosed() {},
    });
    const connection = await openLink(broker.url, (link) => receiver.attach(link));
    await connection.close();
    expect(names).to.have.length(1);
    await eventually(async () => {
      const channel = await broker.connection.createChannel();
      channel.on('error', () => {});
      const error = await channel.checkQueue(names[0] ?? '').catch((error) => error);
      expect(error)
        .to.be.instanceOf(Error)
        .and.to.have.property('message')
        .match(/NOT_FOUND/);
    });
  });
});
