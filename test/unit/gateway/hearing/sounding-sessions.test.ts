import { expect } from 'chai';
import fc from 'fast-check';
import {
  type CountedSession,
  createSoundingSessions,
} from '../../../../src/gateway/hearing/sounding-sessions.ts';
import { REPORTED_SOUNDS, type ReportedSound } from '../../../../src/protocol/frames.ts';
import { SUBPROTOCOL } from '../../../../src/protocol/subprotocols.ts';

type Edge = [shopId: string, canSound: boolean];

function counted(plainHears = true) {
  const edges: Edge[] = [];
  const sounding = createSoundingSessions({ plainHears, onEdge: (...edge) => edges.push(edge) });
  return { edges, sounding };
}

const session = (shopId = 'a', protocol: CountedSession['request']['protocol'] = SUBPROTOCOL) => ({
  canSound: false,
  request: { shopId, protocol },
});

describe('the sessions that can sound', () => {
  it('has an edge for the first one of a shop and for the last one', () => {
    const { edges, sounding } = counted();
    const [first, second] = [session(), session()];
    sounding.add(first);
    sounding.add(second);
    sounding.remove(first);
    expect(edges).to.deep.equal([['a', true]]);
    sounding.remove(second);
    expect(edges).to.deep.equal([
      ['a', true],
      ['a', false],
    ]);
  });

  for (const sound of REPORTED_SOUNDS) {
    it(`${sound === 'on' ? 'counts' : 'does not count'} a session that reports ${sound}`, () => {
      const { sounding } = counted();
      const reporting = session();
      sounding.add(reporting);
      sounding.report(reporting, sound);
      expect([...sounding.shops()]).to.deep.equal(sound === 'on' ? ['a'] : []);
      sounding.remove(reporting);
      expect([...sounding.shops()]).to.deep.equal([]);
    });
  }

  it('counts a plain session only where plain ones count', () => {
    for (const plainHears of [true, false]) {
      const { sounding } = counted(plainHears);
      sounding.add(session('a', 'plain'));
      expect([...sounding.shops()]).to.deep.equal(plainHears ? ['a'] : []);
    }
  });

  it('has alternating edges that end where the sessions stand, in any order of events', () => {
    const events = fc.array(
      fc.record({
        who: fc.nat({ max: 5 }),
        what: fc.constantFrom<'open' | 'close' | ReportedSound>('open', 'close', ...REPORTED_SOUNDS),
      }),
    );
    fc.assert(
      fc.property(events, (history) => {
        const { edges, sounding } = counted();
        const model = new Map<number, ReportedSound>();
        const sessions = Array.from({ length: 6 }, (_, who) => session(who % 2 === 0 ? 'a' : 'b'));
        for (const { who, what } of history) {
          const of = sessions[who];
          if (of === undefined || model.has(who) === (what === 'open')) continue;
          if (what === 'open') sounding.add(of);
          else if (what === 'close') sounding.remove(of);
          else sounding.report(of, what);
          if (what === 'close') model.delete(who);
          else model.set(who, what === 'open' ? 'on' : what);
        }
        for (const [place, shop] of ['a', 'b'].entries()) {
          const ofShop = edges.filter(([id]) => id === shop).map(([, canSound]) => canSound);
          expect(ofShop).to.deep.equal(ofShop.map((_, index) => index % 2 === 0));
          const expected = [...model].some(([who, sound]) => who % 2 === place && sound === 'on');
          expect([...sounding.shops()].includes(shop)).to.equal(expected);
          expect(ofShop.at(-1) ?? false).to.equal(expected);
        }
      }),
    );
  });
});
