import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { upTo } from '../support/fake-log.ts';
import { ask } from '../support/http-client.ts';
import type { Service } from '../support/service.ts';
import type { Frame, SocketClient } from '../support/socket-client.ts';
import { createSurroundings, type Surroundings, seqsOf } from '../support/surroundings.ts';

const LENGTH = 20;
const SHOP = 'joined';

describe('an orderbell.v1 client that joins', () => {
  let around: Surroundings;
  let service: Service;
  let epoch: string;
  before(async () => {
    around = await createSurroundings();
    service = await around.serve({
      GATEWAY_TAIL_LENGTH: '3',
      GATEWAY_PAGE_SIZE: '4',
      GATEWAY_HEARTBEAT_SECONDS: '1',
    });
    const witness = await around.open(service, 'witness', { query: { shop: SHOP } });
    epoch = (await witness.next()).epoch;
    await around.pay(SHOP, 1, LENGTH);
    await eventually(() => expect(seqsOf(witness)).to.have.length(LENGTH));
  });
  after(() => around.tearDown());

  const join = (query: Record<string, string | number>, sid = 'till') =>
    around.open(service, sid, { query: { shop: SHOP, ...query } });
  async function untilReady(client: SocketClient): Promise<Frame[]> {
    await client.nextOf('ready');
    return client.frames.filter(({ kind }) => kind !== 'heartbeat');
  }
  const kinds = (frames: Frame[]) => frames.map(({ kind, seq }) => (kind === 'notification' ? seq : kind));

  it('is told ready first and starts at the present without since', async () => {
    const [ready, ...others] = await untilReady(await join({}));
    expect(others).to.deep.equal([]);
    const { now, ...rest } = ready ?? {};
    expect(rest).to.deep.equal({
      kind: 'ready',
      shop: SHOP,
      epoch,
      head: LENGTH,
      oldest: 1,
      receipts: 0,
      open: 1,
    });
    expect(new Date(now).toISOString()).to.equal(now);
  });

  it('is told ready with head 0 and oldest 1 of an empty log', async () => {
    const client = await around.open(service, 'first', { query: { shop: 'empty', since: 0 } });
    expect(await client.next()).to.include({ kind: 'ready', head: 0, oldest: 1, receipts: 0 });
  });

  for (const since of [0, 7, LENGTH - 4, LENGTH - 3, LENGTH - 1, LENGTH]) {
    for (const withEpoch of [true, false]) {
      it(`gets all after since=${since}, then ready, ${withEpoch ? 'with' : 'without'} the right epoch`, async () => {
        const frames = await untilReady(await join({ since, ...(withEpoch ? { epoch } : {}) }));
        expect(kinds(frames)).to.deep.equal([...upTo(LENGTH).slice(since), 'ready']);
      });
    }
  }

  it('gets replayed what it would have got live', async () => {
    const [first] = await untilReady(await join({ since: 0 }));
    const { body } = await ask(service.url, `/shops/${SHOP}/notifications?limit=1`);
    expect(first).to.deep.equal({ kind: 'notification', ...body.data.notifications[0] });
  });

  for (const [why, query] of [
    ['its epoch is of another log', { since: LENGTH, epoch: 'another.log' }],
    ['its since is after the head', { since: LENGTH + 1 }],
    ['its since is far after the head', { since: Number.MAX_SAFE_INTEGER }],
  ] as const) {
    it(`is told gone, and gets all that is kept, when ${why}`, async () => {
      const frames = await untilReady(await join(query));
      expect(frames[0]).to.deep.equal({ kind: 'gone', epoch, oldest: 1, head: LENGTH });
      expect(kinds(frames.slice(1))).to.deep.equal([...upTo(LENGTH), 'ready']);
    });
  }

  it('is told gone, and gets all that is kept, when its since is before that', async () => {
    await around.pay('trimmed', 1, 9);
    await eventually(async () => {
      expect((await ask(service.url, '/shops/trimmed/notifications')).body.data.head).to.equal(9);
    });
    await around.database.pool.query("DELETE FROM notifications WHERE shop_id = 'trimmed' AND seq < 5");
    await around.database.pool.query("UPDATE shops SET oldest = 5 WHERE id = 'trimmed'");
    const trimmed = async (since: number) => {
      const client = await around.open(service, `since-${since}`, { query: { shop: 'trimmed', since } });
      return kinds(await untilReady(client));
    };
    expect(await trimmed(3)).to.deep.equal(['gone', 5, 6, 7, 8, 9, 'ready']);
    expect(await trimmed(0), '0 is before it as well').to.deep.equal(['gone', 5, 6, 7, 8, 9, 'ready']);
    expect(await trimmed(4)).to.deep.equal([5, 6, 7, 8, 9, 'ready']);
  });

  it('hears the heart beat with the head', async () => {
    const client = await join({}, 'beat');
    expect(await client.nextOf('heartbeat')).to.deep.equal({ kind: 'heartbeat', head: LENGTH });
  });

  it('gets what the log had and nobody announced, once, when its feed is behind', async () => {
    let swallowing = false;
    const env = { GATEWAY_COMPARE_SECONDS: '3600', GATEWAY_TAIL_LENGTH: '3', GATEWAY_PAGE_SIZE: '4' };
    const lossy = await around.serve(env, {
      announce: (batches, announce) => {
        if (!swallowing) announce(batches);
      },
    });
    await service.stop(); // the lossy one alone takes what comes
    const early = await around.open(lossy, 'early', { query: { shop: 'ahead' } });
    await early.nextOf('ready');
    await around.pay('ahead', 1, 10);
    await eventually(() => expect(seqsOf(early)).to.deep.equal(upTo(10)));
    swallowing = true;
    await around.pay('ahead', 11, 30);
    await eventually(async () => {
      expect((await ask(lossy.url, '/shops/ahead/notifications')).body.data.head).to.equal(30);
    });
    expect(seqsOf(early)).to.deep.equal(upTo(10));
    const late = await around.open(lossy, 'late', { query: { shop: 'ahead', since: 0 } });
    expect(await late.nextOf('ready')).to.include({ head: 30 });
    expect(seqsOf(late)).to.deep.equal(upTo(30));
    swallowing = false;
    await around.pay('ahead', 31, 31);
    await eventually(() => expect(seqsOf(late)).to.deep.equal(upTo(31)));
    await eventually(() => expect(seqsOf(early)).to.deep.equal(upTo(31)));
  });
});
