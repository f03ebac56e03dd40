/** What rang when, in a fake storage that the tabs share, or in none. */

import { expect } from 'chai';
import { createRungLog, rungLogKey } from '../../../../src/console/sound/rung-log.ts';
import { createFakeClock } from '../../../support/sound/fake-clock.ts';
import { createFakeStorage, forbiddenStorage } from '../../../support/sound/fake-storage.ts';

function shared() {
  const clock = createFakeClock();
  const storage = createFakeStorage(clock);
  return { clock, storage, log: (tab: string, shop = 'a') => createRungLog(shop, storage.of(tab)) };
}

describe('rung log', () => {
  it('knows what another tab has rung', async () => {
    const { clock, log } = shared();
    const [one, other] = [log('one'), log('other')];
    one.mark(['x', 'y'], 5);
    await clock.advance(10);
    expect([...other.read()]).to.deep.equal([
      ['x', 5],
      ['y', 5],
    ]);
  });

  it('keeps shops apart', () => {
    const { log } = shared();
    log('one').mark(['x'], 5);
    expect(log('one', 'b').read().size).to.equal(0);
  });

  it('takes back what was cut short, to what was before', () => {
    const { log } = shared();
    const one = log('one');
    one.mark(['x'], 5);
    one.mark(['x', 'y'], 9)();
    expect([...one.read()]).to.deep.equal([['x', 5]]);
  });

  it('believes an earlier time that was written later: somebody has set the clock back', () => {
    const { log } = shared();
    const one = log('one');
    one.mark(['x'], 9);
    one.mark(['x'], 5);
    expect(one.read().get('x')).to.equal(5);
  });

  it('stays small, and yet forgets nothing of its own that is still open', () => {
    const { storage, log } = shared();
    const one = log('one');
    const keys = Array.from({ length: 700 }, (_, at) => `event-${at}`);
    for (let at = 0; at < keys.length; at += 100) one.mark(keys.slice(at, at + 100), at);
    expect(Object.keys(JSON.parse(storage.get(rungLogKey('a')) ?? ''))).to.have.length(500);
    expect(one.read().size).to.equal(700);
    one.keep(keys.slice(0, 10));
    expect(one.read().size).to.equal(510);
  });

  it('is what each tab knows itself where nothing can be stored', () => {
    const log = createRungLog('a', { storage: forbiddenStorage });
    const takeBack = log.mark(['x'], 5);
    log.mark(['y'], 6);
    takeBack();
    expect([...log.read()]).to.deep.equal([['y', 6]]);
  });

  for (const text of ['', '{', 'null', '[1]', '7', '{"x":"5"}', '{"x":null}']) {
    it(`takes ${JSON.stringify(text)} in the storage for nothing`, () => {
      const { storage, log } = shared();
      storage.set(rungLogKey('a'), text);
      const one = log('one');
      expect(one.read().size).to.equal(0);
      one.mark(['y'], 6);
      expect([...one.read()]).to.deep.equal([['y', 6]]);
    });
  }
});
