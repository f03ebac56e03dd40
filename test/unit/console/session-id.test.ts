import { expect } from 'chai';
import { createClaim, takeSessionId } from '../../../src/console/browser/session-id.ts';

/** One tab's storage, and the names that other tabs hold. */
function tab(taken: readonly string[] = [], stored?: string) {
  const items = new Map(stored === undefined ? [] : [['orderbell.sid', stored]]);
  let draws = 0;
  return {
    storage: {
      getItem: (key: string) => items.get(key) ?? null,
      setItem: (key: string, value: string) => void items.set(key, value),
    },
    claim: async (name: string) => !taken.includes(name),
    random: () => (++draws % 36) / 36,
  };
}

describe("a tab's session id", () => {
  it('is drawn once, and the same after a reload', async () => {
    const one = tab();
    const sid = await takeSessionId('前台', one);
    expect(sid).to.match(/^_524d_53f0-[0-9a-z]{8}$/);
    expect(await takeSessionId('前台', one)).to.equal(sid);
  });

  it('is another one where the tab was duplicated', async () => {
    const original = 'till-aaaaaaaa';
    const copy = await takeSessionId('', tab([original], original));
    expect(copy).to.match(/^till-[0-9a-z]{8}$/);
    expect(copy).not.to.equal(original);
  });

  it('is drawn again until nobody has it', async () => {
    const first = await takeSessionId('', tab());
    expect(await takeSessionId('', tab([first]))).not.to.equal(first);
  });

  it('is another one when the till has another name', async () => {
    const one = tab();
    await takeSessionId('front', one);
    expect(await takeSessionId('kitchen', one)).to.match(/^kitchen-/);
  });

  it('takes no sid of an earlier name that begins alike', async () => {
    expect(await takeSessionId('front', tab([], 'front-2-aaaaaaaa'))).to.match(/^front-[0-9a-z]{8}$/);
  });
});

describe('claiming a name', () => {
  const name = () => `till-${Math.random().toString(36).slice(2)}`;

  describe('where there are no locks', () => {
    const channels: BroadcastChannel[] = [];
    const claims = () =>
      createClaim(undefined, (channel) => {
        const opened = new BroadcastChannel(channel);
        channels.push(opened);
        return opened;
      });
    afterEach(() => {
      for (const channel of channels.splice(0)) channel.close();
    });

    it('succeeds for the first tab and fails for the second', async () => {
      const [first, second] = [claims(), claims()];
      const wanted = name();
      expect(await first(wanted)).to.equal(true);
      expect(await second(wanted)).to.equal(false);
      expect(await second(name())).to.equal(true);
    });

    it('succeeds again for the tab that has it', async () => {
      const mine = claims();
      const wanted = name();
      await mine(wanted);
      expect(await mine(wanted)).to.equal(true);
    });
  });

  describe('where there are locks', () => {
    /** As `navigator.locks`: a request waits for whoever has the name, until it is aborted. */
    function fakeLocks() {
      const held = new Map<string, Promise<unknown>>();
      const request = async (
        lock: string,
        { signal }: { signal: AbortSignal },
        hold: () => Promise<unknown>,
      ) => {
        const aborted = new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        });
        await Promise.race([held.get(lock), aborted]);
        const holding = hold();
        held.set(lock, holding);
        return holding;
      };
      return { held, locks: { request } as Pick<LockManager, 'request'> as LockManager };
    }
    const noChannel = () => {
      throw new Error('no channel is needed');
    };

    it('succeeds for the first tab and fails for the second, after a moment', async () => {
      const { locks } = fakeLocks();
      const wanted = name();
      expect(await createClaim(locks, noChannel)(wanted)).to.equal(true);
      expect(await createClaim(locks, noChannel)(wanted)).to.equal(false);
    });

    it('succeeds where the browser has locks and gives nobody one', async () => {
      const request = () => Promise.reject(new DOMException('denied', 'SecurityError'));
      const locks = { request } as Pick<LockManager, 'request'> as LockManager;
      expect(await createClaim(locks, noChannel)(name())).to.equal(true);
    });

    it('waits for a page that is just being left', async () => {
      const { held, locks } = fakeLocks();
      const wanted = name();
      let tearDown = () => {};
      held.set(`orderbell.sid.${wanted}`, new Promise<void>((resolve) => (tearDown = resolve)));
      const claimed = createClaim(locks, noChannel)(wanted);
      tearDown();
      expect(await claimed).to.equal(true);
    });
  });
});
