/** A rolling upgrade to a version with one more kind of event: what this one's gateway makes of it. */

import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { upTo } from '../support/fake-log.ts';
import { ask } from '../support/http-client.ts';
import { LATER_TYPE, type LaterVersion, upgrade } from '../support/later-version.ts';
import { scrape } from '../support/metrics.ts';
import { createSurroundings, PLAIN, type Surroundings, seqsOf } from '../support/surroundings.ts';

describe('a type of a later version', () => {
  let around: Surroundings;
  let later: LaterVersion;
  before(async () => {
    around = await createSurroundings();
  });
  after(() => around.tearDown());

  async function clientsOf(env: Record<string, string>, shop: string) {
    const service = await around.serve(env);
    later ??= await upgrade(around);
    const v1 = await around.open(service, 'v1', { query: { shop } });
    const plain = await around.open(service, 'plain', { ...PLAIN, query: { shop } });
    await v1.nextOf('ready');
    return { service, v1, plain };
  }

  it('reaches every client by its announcement, in its place, without a read of the log', async () => {
    const shop = 'announced';
    const { service, v1, plain } = await clientsOf({ GATEWAY_COMPARE_SECONDS: '3600' }, shop);
    await around.pay(shop, 1, 1);
    await eventually(() => expect(seqsOf(v1)).to.deep.equal([1]));
    await later.announce(await later.log(shop, 'cancelled 7'));
    await eventually(() => expect(seqsOf(v1)).to.deep.equal([1, 2]));
    await around.pay(shop, 2, 2);
    await eventually(() => expect(seqsOf(v1)).to.deep.equal(upTo(3)));
    await eventually(() => expect(plain.frames).to.have.length(3));
    expect(plain.frames.map(({ type }) => type)).to.deep.equal([1, LATER_TYPE, 1]);
    const { value } = await scrape(service.url);
    expect(value('orderbell_gaps_repaired_total')).to.equal(0);
  });

  it('reaches every client by the log where its announcement was lost, and is in the log over HTTP', async () => {
    const shop = 'lost';
    const { service, v1, plain } = await clientsOf({ GATEWAY_COMPARE_SECONDS: '1' }, shop);
    await later.log(shop, 'cancelled 8');
    await eventually(() => expect(seqsOf(v1)).to.deep.equal([1]));
    await eventually(() => expect(plain.frames.map(({ type }) => type)).to.deep.equal([LATER_TYPE]));
    const { body } = await ask(service.url, `/shops/${shop}/notifications`);
    expect(body.data.notifications).to.have.length(1);
    expect(body.data.notifications[0]).to.include({ seq: 1, type: LATER_TYPE, content: 'cancelled 8' });
    v1.send({ kind: 'ack', seq: 1 });
    expect(await v1.nextOf('receipt')).to.include({ seq: 1 });
  });
});
