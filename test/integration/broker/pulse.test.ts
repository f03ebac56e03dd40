import { expect } from 'chai';
import type { BrokerConnection } from '../../../src/broker/connection.ts';
import type { BrokerLink } from '../../../src/broker/link.ts';
import { type PulseOptions, watchPulse } from '../../../src/broker/pulse.ts';
import { declareTopology } from '../../../src/broker/topology.ts';
import { countReady, openLink } from '../../support/broker-link.ts';
import { eventually } from '../../support/eventually.ts';
import { createBroker, type TestBroker } from '../../support/servers-of-the-run.ts';

describe('the pulse of a link', () => {
  let broker: TestBroker;
  let connection: BrokerConnection;
  let options: PulseOptions;
  let link: BrokerLink;
  let links = 0;
  let asked = 0;
  /** As if the broker had lost its cluster: it answers all but what takes a majority. */
  let isCutOff = false;

  before(async () => {
    broker = await createBroker();
    await declareTopology(broker.connection, broker.names);
    options = { queue: broker.names.pulse, everySeconds: 0.02, answerSeconds: 0.2 };
    connection = await openLink(broker.url, async (fresh) => {
      withholdMessages(fresh);
      await watchPulse(fresh, options);
      link = fresh;
      links++;
    });
  });

  afterEach(async () => {
    isCutOff = false;
    await eventually(() => expect(connection.isUp()).to.equal(true));
  });

  after(async () => {
    await connection.close();
    await broker.drop();
  });

  function withholdMessages({ model }: BrokerLink): void {
    const create = model.createChannel.bind(model);
    model.createChannel = async () => {
      const channel = await create();
      const get = channel.get.bind(channel);
      channel.get = (queue) => {
        asked++;
        return isCutOff ? new Promise(() => {}) : get(queue);
      };
      return channel;
    };
  }

  async function askedAgain(times = 3): Promise<void> {
    const before = asked;
    await eventually(() => expect(asked).to.be.at.least(before + times));
  }

  it('leaves a link alone on which it is answered', async () => {
    const before = links;
    await askedAgain(10);
    expect(links).to.equal(before);
    expect(connection.isUp()).to.equal(true);
  });

  it('ends a link on which it is not answered in time, and lets none be up until it is', async () => {
    const before = links;
    isCutOff = true;
    await eventually(() => expect(connection.isUp()).to.equal(false));
    await askedAgain();
    expect(connection.isUp()).to.equal(false);
    expect(links).to.equal(before);
    isCutOff = false;
    await eventually(() => expect(connection.isUp()).to.equal(true));
    expect(links).to.equal(before + 1);
  });

  it('keeps a link that the broker blocks, which answers when that is over', async () => {
    const before = links;
    isCutOff = true;
    await askedAgain(1);
    link.model.emit('blocked', 'low on memory');
    // Asked later, it has not been answered in time either.
    expect(await watchPulse(link, options).catch((error) => error)).to.include({ code: 'deadline-passed' });
    isCutOff = false;
    link.model.emit('unblocked');
    await askedAgain();
    expect(links).to.equal(before);
  });

  it('takes what others send to its queue away', async () => {
    const channel = await broker.connection.createConfirmChannel();
    channel.sendToQueue(broker.names.pulse, Buffer.from('x'));
    await channel.waitForConfirms();
    await channel.close();
    await eventually(async () => expect(await countReady(broker.connection, broker.names.pulse)).to.equal(0));
  });
});
