/** What the console keeps in the browser and takes from the address. */

import { expect } from 'chai';
import { readAccess } from '../../../src/console/browser/access.ts';
import { openMarks } from '../../../src/console/browser/open-mark.ts';
import { DEFAULTS, openSettings, readSettings } from '../../../src/console/browser/settings.ts';
import { safeStorage } from '../../../src/console/browser/storage.ts';
import { openKeptTills } from '../../../src/console/pairing/kept-till.ts';

function fakeStorage(items: Record<string, string> = {}) {
  const kept = new Map(Object.entries(items));
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
}

describe('the shop and the token', () => {
  function open(address: string, storage = fakeStorage(), ofBrowser = fakeStorage()) {
    const shown: string[] = [];
    const url = new URL(address, 'https://bell.example/');
    const tills = openKeptTills(ofBrowser);
    const access = readAccess({ url, storage, tills, replaceUrl: (next) => shown.push(next.href) });
    return { access, shown, storage, ofBrowser };
  }

  it('are in the address, of which the token leaves no trace', () => {
    const { access, shown } = open('/?shop=corner#token=abc.def');
    expect([access.shop, access.token()]).to.deep.equal(['corner', 'abc.def']);
    expect(shown).to.deep.equal(['https://bell.example/?shop=corner']);
  });

  it('are those of the till that the browser was paired as, also in another tab and without a shop in the address', () => {
    const { access, storage, ofBrowser } = open('/');
    const till = { tillId: 't', token: 'paired', shopId: 'corner', name: '' };
    expect(access.usePaired(till)?.href, 'another shop').to.equal('https://bell.example/?shop=corner');
    const later = open('/', fakeStorage(), ofBrowser).access;
    expect([later.shop, later.token()]).to.deep.equal(['corner', 'paired']);
    expect(open('/?shop=market', storage, ofBrowser).access.token()).to.equal(undefined);
    const typed = open('/?shop=corner#token=typed', fakeStorage(), ofBrowser).access;
    expect([typed.token(), typed.offer], 'a link asks').to.deep.equal(['paired', { shop: 'corner' }]);
    typed.signIn('typed');
    expect(typed.token()).to.equal('typed');
    expect(typed.usePaired(till)).to.equal(undefined);
    expect(typed.token(), 'paired anew').to.equal('paired');
  });

  it('offer the pairing code of a link, which leaves the address, and forget it when it is declined', () => {
    const { access, shown } = open('/?shop=corner#a=1&pair=482913');
    expect(access.offer).to.deep.equal({ shop: 'corner', pairCode: '482913' });
    expect(shown).to.deep.equal(['https://bell.example/?shop=corner#a=1']);
    access.decline();
    expect(access.offer).to.equal(undefined);
    access.readAddress(new URL('https://bell.example/?shop=corner#pair=000001'));
    expect(access.offer).to.have.property('pairCode', '000001');
    expect(open('/#pair=12345').access.offer, 'no code').to.equal(undefined);
  });

  it('are the default shop and none where nothing is said, and the address stays', () => {
    const { access, shown } = open('/');
    expect([access.shop, access.token(), shown]).to.deep.equal(['default', undefined, []]);
  });

  it('last through a reload, each shop with its own', () => {
    const { storage } = open('/?shop=corner#token=abc');
    expect(open('/?shop=corner', storage).access.token()).to.equal('abc');
    expect(open('/?shop=market', storage).access.token()).to.equal(undefined);
  });

  it('leave the rest of the fragment as it is, and forget no token for an empty one', () => {
    const { storage } = open('/#token=abc');
    const { access, shown } = open('/?shop=default#a=1&token=', storage);
    expect(access.token()).to.equal('abc');
    expect(shown).to.deep.equal(['https://bell.example/?shop=default#a=1']);
  });

  it('ask before a link puts another token in the place of the one in use', () => {
    const { storage } = open('/?shop=corner#token=old');
    const { access, shown } = open('/?shop=corner#token=new', storage);
    expect([access.token(), access.offer]).to.deep.equal(['old', { shop: 'corner' }]);
    expect(shown, 'the address keeps no trace').to.deep.equal(['https://bell.example/?shop=corner']);
    expect(access.accept()).to.equal(undefined);
    expect([access.token(), access.offer]).to.deep.equal(['new', undefined]);
  });

  it('stay as they are where the offer is declined, and ask nothing where the link brings the token in use', () => {
    const { storage } = open('/#token=old');
    const { access } = open('/#token=new', storage);
    access.decline();
    expect([access.token(), access.offer, access.accept()]).to.deep.equal(['old', undefined, undefined]);
    expect(open('/#token=old', storage).access.offer).to.equal(undefined);
    expect(open('/?shop=hill#token=new', storage).access.offer, 'another shop has none').to.equal(undefined);
  });

  it('take a token from a fragment that comes while the page is open, and offer it', () => {
    const { access, shown } = open('/?shop=corner#token=old');
    access.readAddress(new URL('https://bell.example/?shop=corner#a=1&token=new'));
    expect(shown.at(-1)).to.equal('https://bell.example/?shop=corner#a=1');
    expect([access.token(), access.offer]).to.deep.equal(['old', { shop: 'corner' }]);
    access.readAddress(new URL('https://bell.example/?shop=corner#token=newer'));
    access.accept();
    expect(access.token()).to.equal('newer');
  });

  it('take no notice of a fragment without a token, with an empty one, or with the one in use', () => {
    const { access, shown } = open('/#token=old');
    const before = shown.length;
    access.readAddress(new URL('https://bell.example/#elsewhere'));
    expect(shown).to.have.length(before);
    access.readAddress(new URL('https://bell.example/#token='));
    expect(shown.at(-1)).to.equal('https://bell.example/');
    access.readAddress(new URL('https://bell.example/#token=old'));
    expect(shown).to.have.length(before + 2);
    expect([access.token(), access.offer]).to.deep.equal(['old', undefined]);
    access.readAddress(new URL('https://bell.example/#token=new'));
    access.readAddress(new URL('https://bell.example/#token=old'));
    expect(access.offer, 'the last link counts').to.equal(undefined);
  });

  it('change when somebody signs in', () => {
    const { access } = open('/#token=old');
    expect(access.signIn('  new\n')).to.equal(undefined);
    expect(access.token()).to.equal('new');
  });

  /** Signed by nobody: the page does not look at that. */
  const tokenOf = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;

  it('are the shop that the token is good for, where none is named', () => {
    const corner = tokenOf({ shop: 'corner', sub: '前台' });
    const { access, shown, storage } = open(`/#token=${corner}`);
    expect([access.shop, access.token()]).to.deep.equal(['corner', corner]);
    expect(shown).to.deep.equal(['https://bell.example/?shop=corner']);
    expect(open(shown[0] ?? '', storage).access.token()).to.equal(corner);
    expect(open(`/?shop=market#token=${corner}`).access.shop).to.equal('market');
  });

  it('stay the default where the token is good for several, for all, or says nothing sensible', () => {
    for (const token of [
      tokenOf({ shop: ['a', 'b'] }),
      tokenOf({ shop: '*' }),
      tokenOf({ shop: 7 }),
      tokenOf({}),
      'x.bnVsbA.y',
      'opaque',
    ]) {
      expect(open(`/#token=${token}`).access.shop).to.equal('default');
    }
  });

  it("lead to the token's shop when somebody signs in where none is named", () => {
    const corner = tokenOf({ shop: ['corner'] });
    const { access, storage } = open('/');
    const elsewhere = access.signIn(corner)?.href ?? '';
    expect(elsewhere).to.equal('https://bell.example/?shop=corner');
    expect(open(elsewhere, storage).access.token()).to.equal(corner);
    expect(open('/?shop=market').access.signIn(corner)).to.equal(undefined);
  });

  it("lead to the token's shop with what a link has offered, and ask there before another one is replaced", () => {
    const corner = tokenOf({ shop: 'corner' });
    const { storage } = open('/?shop=corner#token=of-corner');
    const { access } = open('/#token=of-all', storage);
    access.readAddress(new URL(`https://bell.example/#token=${corner}`));
    expect(access.offer).to.deep.equal({ shop: 'corner' });
    const elsewhere = access.accept()?.href ?? '';
    expect(elsewhere).to.equal(`https://bell.example/?shop=corner#token=${corner}`);
    expect(access.token()).to.equal('of-all');
    const there = open(elsewhere, storage).access;
    expect([there.token(), there.offer]).to.deep.equal(['of-corner', { shop: 'corner' }]);
  });
});

describe('the settings', () => {
  it('are the defaults where nothing sensible is stored', () => {
    for (const stored of [
      null,
      '',
      'no JSON',
      '7',
      'null',
      '[]',
      '{"rate":"fast","texts":7,"volume":null}',
    ]) {
      expect(readSettings(stored), String(stored)).to.deep.equal(DEFAULTS);
    }
  });

  it('keep what is sound of each field, within bounds', () => {
    const stored = {
      rate: 9,
      volume: -1,
      repeatSeconds: 5,
      mutedUntil: 'never',
      undoSeconds: 99,
      muted: true, // of an earlier version: that was for good
      chime: 'no',
      voice: 'Ting-Ting',
      extra: 1,
    };
    const texts = { paid: 'x'.repeat(300), reminded: 7 };
    expect(readSettings(JSON.stringify({ ...stored, tillName: ' 前台 ', texts }))).to.deep.equal({
      ...DEFAULTS,
      tillName: '前台',
      rate: 2,
      volume: 0,
      repeatSeconds: 5,
      undoSeconds: 30,
      voice: 'Ting-Ting',
      texts: { ...DEFAULTS.texts, paid: 'x'.repeat(200) },
    });
  });

  it('last, and are told to whoever listens', () => {
    const storage = fakeStorage();
    const store = openSettings(storage, () => {});
    const received: number[] = [];
    store.subscribe(({ volume }) => received.push(volume));
    store.change({ volume: 0.5 });
    expect(received).to.deep.equal([0.5]);
    expect(openSettings(storage, () => {}).settings.volume).to.equal(0.5);
  });

  it('forget a voice when it is to be chosen for me', () => {
    const store = openSettings(fakeStorage(), () => {});
    store.change({ voice: 'Ting-Ting' });
    store.change({ voice: '' });
    expect(store.settings).not.to.have.property('voice');
  });

  it('follow a change in another tab, and nothing else that is stored', () => {
    const storage = fakeStorage();
    let emit = (_: string | null) => {};
    const store = openSettings(storage, (onChange) => {
      emit = onChange;
    });
    openSettings(storage, () => {}).change({ chime: false });
    emit('something else');
    expect(store.settings.chime).to.equal(true);
    emit('orderbell.settings');
    expect(store.settings.chime).to.equal(false);
  });
});

describe('the note of what is open', () => {
  it('comes back for its shop', () => {
    const storage = fakeStorage();
    openMarks(storage, 'corner').save({ epoch: 'a.b-c', seq: 42 });
    expect(openMarks(storage, 'corner').load()).to.deep.equal({ epoch: 'a.b-c', seq: 42 });
    expect(openMarks(storage, 'market').load()).to.equal(undefined);
  });

  it('is none where it cannot be read', () => {
    const storage = fakeStorage({ 'orderbell.open.corner': 'e -7' });
    expect(openMarks(storage, 'corner').load()).to.equal(undefined);
  });
});

describe('a storage', () => {
  const refusing = () => {
    throw new Error('blocked');
  };

  it('that is blocked keeps things as long as the page lasts', () => {
    const storage = safeStorage(refusing);
    storage.setItem('a', '1');
    expect([storage.getItem('a'), storage.getItem('b')]).to.deep.equal(['1', null]);
  });

  it('that becomes full gives what was said last', () => {
    let isFull = false;
    const kept = fakeStorage();
    const full = {
      ...kept,
      setItem: (key: string, value: string) => (isFull ? refusing() : kept.setItem(key, value)),
    };
    const storage = safeStorage(() => full as Pick<Storage, 'getItem' | 'setItem'> as Storage);
    storage.setItem('a', '1');
    isFull = true;
    storage.setItem('a', '2');
    expect([storage.getItem('a'), kept.getItem('a')]).to.deep.equal(['2', '1']);
    isFull = false;
    storage.setItem('a', '3');
    expect(storage.getItem('a')).to.equal('3');
  });
});
