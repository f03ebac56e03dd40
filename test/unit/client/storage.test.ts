import { expect } from 'chai';
import { createLocalStore, readPosition } from '../../../src/client/storage.ts';

const position = { epoch: 'e1.0f', seq: 42, receipts: 7 };

describe('the position in localStorage', () => {
  function fakeStorage(): {
    items: Map<string, string>;
    getItem: (key: string) => string | null;
    setItem: (key: string, text: string) => void;
  } {
    const items = new Map<string, string>();
    return {
      items,
      getItem: (key) => items.get(key) ?? null,
      setItem: (key, text) => void items.set(key, text),
    };
  }

  it('is found again under the same key only', () => {
    const storage = fakeStorage();
    createLocalStore('a', () => storage).save(position);
    expect(createLocalStore('a', () => storage).load()).to.deep.equal(position);
    expect(createLocalStore('b', () => storage).load()).to.equal(undefined);
  });

  for (const [what, text] of [
    ['no JSON', '{'],
    ['null', 'null'],
    ['a list', '[1,2]'],
    ['a seq below nothing', '{"epoch":"e1","seq":-1,"receipts":0}'],
    ['a seq that is no whole number', '{"epoch":"e1","seq":1.5,"receipts":0}'],
    ['a seq that is a string', '{"epoch":"e1","seq":"1","receipts":0}'],
    ['no receipts', '{"epoch":"e1","seq":1}'],
    ['an epoch that the service would refuse', '{"epoch":"e 1","seq":1,"receipts":0}'],
    ['an empty epoch', '{"epoch":"","seq":1,"receipts":0}'],
  ]) {
    it(`is not believed where somebody has written ${what}`, () => {
      const storage = fakeStorage();
      storage.items.set('a', text ?? '');
      expect(createLocalStore('a', () => storage).load()).to.equal(undefined);
    });
  }

  it('loses what else stands in it', () => {
    expect(readPosition({ ...position, seen: true })).to.deep.equal(position);
  });

  for (const [what, storage] of [
    [
      'is switched off, so that its mere access throws',
      () => {
        throw new Error('SecurityError');
      },
    ],
    [
      'is full, or forbidden',
      () => ({
        getItem: () => null,
        setItem: () => {
          throw new Error('QuotaExceededError');
        },
      }),
    ],
    ['is not there at all', () => undefined],
  ] as const) {
    it(`is not kept, and nothing throws, where the storage ${what}`, () => {
      const store = createLocalStore('a', storage);
      store.save(position);
      expect(store.load()).to.equal(undefined);
    });
  }

  it('is asked for without harm in Node, where there may be none', () => {
    const store = createLocalStore('a');
    expect(() => store.save(position)).not.to.throw();
    expect(() => store.load()).not.to.throw();
  });
});
