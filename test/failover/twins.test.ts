/**
 * Two siblings are promoted from one timeline, one after the other: both then write the same timeline, and number what they
 * log alike. A client that followed the one has no place in the log of the other.
 */

import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { createFailingOver, type FailingOver } from '../support/failing-over.ts';

const SHOP = 'twins';

describe('two standbys promoted from one timeline', function () {
  this.timeout(60_000);
  let over: FailingOver;
  before(async function () {
    over = await createFailingOver(this, { standbys: 2 });
  });
  after(() => over?.tearDown());

  it('tells clients that were away gone, before anything is written and after, and never lets them resume', async () => {
    const { around, postgres, service } = over;
    const [first, second] = [over.standby(0), over.standby(1)];
    const logged = async (node: typeof first, orderId: number) =>
      eventually(async () => expect((await over.logOf(node, SHOP)).orderIds).to.include(orderId));

    await around.pay(SHOP, 1, 5);
    await logged(postgres.primary, 5);
    for (const sibling of [first, second]) await postgres.caughtUp(sibling, postgres.primary);
    await over.failOver(postgres.primary, first);
    await around.pay(SHOP, 11, 14);
    await logged(first, 14);
    const away = await eventually(() => around.open(service, 'away', { query: { shop: SHOP, since: 0 } }));
    const ready = await away.nextOf('ready', 10_000);
    expect(ready.head).to.equal(9);
    await away.close();

    await over.failOver(first, second);
    /** Comes back to where it was among five that both have; and to where it was at the end of the first's. */
    const comeBack = async (sid: string, since: number) => {
      const client = await eventually(() =>
        around.open(service, sid, { query: { shop: SHOP, since, epoch: ready.epoch } }),
      );
      await client.nextOf('ready', 10_000);
      const kinds = client.frames.map(({ kind, orderId }) => orderId ?? kind);
      return kinds.filter((kind) => kind !== 'heartbeat');
    };
    const upTo5 = [1, 2, 3, 4, 5];
    expect(await comeBack('reader', 5), 'nothing is written yet').to.deep.equal(['gone', ...upTo5, 'ready']);

    await around.pay(SHOP, 21, 26);
    await logged(second, 26);
    const all = [...upTo5, 21, 22, 23, 24, 25, 26];
    for (const since of [3, 5, 9]) {
      expect(await comeBack(`back-${since}`, since), `since ${since}`).to.deep.equal([
        'gone',
        ...all,
        'ready',
      ]);
    }
  });
});
