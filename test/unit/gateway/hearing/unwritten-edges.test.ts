import { expect } from 'chai';
import fc from 'fast-check';
import { createUnwrittenEdges } from '../../../../src/gateway/hearing/unwritten-edges.ts';

const SHOPS = ['a', 'b', 'c', 'd'];

describe('the edges that Postgres does not have', () => {
  it('is nothing where a shop has come back to what Postgres has', () => {
    const unwritten = createUnwrittenEdges();
    unwritten.add('a', true);
    unwritten.add('a', false);
    expect(unwritten.take(10)).to.deep.equal([]);
  });

  it('is the newest state where the shop changed while its batch was under way', () => {
    for (const end of ['written', 'rolledBack'] as const) {
      const unwritten = createUnwrittenEdges();
      unwritten.add('a', true);
      unwritten.take(10);
      unwritten.add('a', false);
      unwritten[end]();
      expect(unwritten.take(10)).to.deep.equal(end === 'written' ? [{ shopId: 'a', canSound: false }] : []);
    }
  });

  it('takes the oldest first, and no more than asked', () => {
    const unwritten = createUnwrittenEdges();
    for (const shop of SHOPS) unwritten.add(shop, true);
    expect(unwritten.take(3).map(({ shopId }) => shopId)).to.deep.equal(['a', 'b', 'c']);
    unwritten.written();
    expect(unwritten.take(3).map(({ shopId }) => shopId)).to.deep.equal(['d']);
  });

  it('brings Postgres to the state of the shops, in any order of edges, batches and failures', () => {
    type Step = 'take' | 'written' | 'rolledBack' | 'anew' | number;
    const steps = fc.array(
      fc.oneof<fc.Arbitrary<Step>[]>(
        fc.nat({ max: SHOPS.length - 1 }),
        fc.constantFrom<Step>('take', 'written', 'rolledBack', 'anew'),
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(steps, (history) => {
        const unwritten = createUnwrittenEdges();
        const shops = new Set<string>();
        let stored = new Set<string>();
        let underWay: ReturnType<typeof unwritten.take> | undefined;
        const store = () => {
          for (const { shopId, canSound } of underWay ?? []) {
            expect(stored.has(shopId), 'only what changes something').to.equal(!canSound);
            if (canSound) stored.add(shopId);
            else stored.delete(shopId);
          }
          underWay = undefined;
          unwritten.written();
        };
        for (const step of history) {
          if (typeof step === 'number') {
            const shop = SHOPS[step] ?? '';
            if (!shops.delete(shop)) shops.add(shop);
            unwritten.add(shop, shops.has(shop));
          } else if (step === 'anew') {
            stored = new Set();
            underWay = undefined;
            unwritten.startAnew(shops);
          } else if (step === 'take') {
            if (underWay === undefined) underWay = unwritten.take(2);
          } else if (underWay !== undefined && step === 'written') store();
          else if (underWay !== undefined) {
            underWay = undefined;
            unwritten.rolledBack();
          }
          expect(unwritten.size).to.be.at.most(SHOPS.length);
        }
        if (underWay !== undefined) store();
        while (unwritten.size > 0) {
          underWay = unwritten.take(2);
          store();
        }
        expect(stored).to.deep.equal(shops);
      }),
      { numRuns: 500 },
    );
  });
});
