import { expect } from 'chai';
import fc from 'fast-check';
import { fittingName, makeSid, tillOf } from '../../../src/console/model/till-name.ts';

const SID = /^[A-Za-z0-9._-]{1,64}$/;
const zero = () => 0;

describe("a till's name", () => {
  for (const name of ['前台', 'Counter 2', 'a-b.c', 'till', '_', '🍜 后厨', 'x'.repeat(200)]) {
    it(`${name.slice(0, 20)} travels in a valid sid and comes back`, () => {
      const sid = makeSid(name, Math.random);
      expect(sid).to.match(SID);
      expect(tillOf(sid).name).to.equal(fittingName(name));
    });
  }

  it('of any characters at all does', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 40 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (name, draw) => {
          const sid = makeSid(name, () => draw);
          expect(sid).to.match(SID);
          expect(tillOf(sid).name).to.equal(fittingName(name));
        },
      ),
    );
  });

  it('is cut between characters where it does not fit', () => {
    expect(fittingName('前'.repeat(30))).to.equal('前'.repeat(11));
    expect(fittingName('🍜'.repeat(9))).to.equal('🍜'.repeat(5));
    expect(fittingName('  a   b ')).to.equal('a b');
  });

  it('that is empty leaves a mark to tell tills apart', () => {
    expect(makeSid('', zero)).to.equal('till-00000000');
    expect(tillOf('till-k3f9aaaa')).to.deep.equal({ name: '', mark: 'K3F9' });
  });

  it('of another front end is its sid as it is', () => {
    for (const sid of ['till-1', '42', 'a_zz-00000000', 'front-ABCDEFGH']) {
      expect(tillOf(sid).name).to.equal(sid);
    }
  });
});
