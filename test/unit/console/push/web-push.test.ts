import { expect } from 'chai';
import type { PushApi } from '../../../../src/console/push/push-api.ts';
import { type BrowserPush, createWebPush } from '../../../../src/console/push/web-push.ts';

describe('Web Push in the console', () => {
  let stored: Map<string, string>;
  let calls: string[];
  let permission: NotificationPermission;
  let answer: NotificationPermission;
  let refusing: boolean;
  let publicKey: string | undefined;

  beforeEach(() => {
    stored = new Map();
    calls = [];
    permission = 'default';
    answer = 'granted';
    refusing = false;
    publicKey = 'key-1';
  });

  const browser: BrowserPush = {
    permission: () => permission,
    async ask() {
      permission = answer;
      return answer;
    },
    async subscribe(key) {
      calls.push(`subscribe ${key}`);
      return { endpoint: 'https://push.example/a', keys: { p256dh: 'p', auth: 'a' } };
    },
    async unsubscribe() {
      calls.push('unsubscribe');
    },
  };
  const service = (shop: string): PushApi => ({
    publicKey: async () => publicKey,
    async save({ endpoint }, language) {
      if (refusing) throw new Error('refused');
      calls.push(`save ${shop} ${endpoint} ${language}`);
      return `id-of-${shop}`;
    },
    async remove(id) {
      calls.push(`remove ${id}`);
    },
  });
  const create = (shop = 'a', own: { browser: BrowserPush | undefined } = { browser }) => {
    const states: string[] = [];
    const push = createWebPush({
      shop,
      ...own,
      service: service(shop),
      storage: {
        getItem: (key) => stored.get(key) ?? null,
        setItem: (key, value) => void stored.set(key, value),
      },
      language: () => 'zh',
      onChange: () => states.push(push.state),
    });
    return { push, states };
  };

  it('is not offered where the browser or the service has none', async () => {
    const without = create('a', { browser: undefined });
    await without.push.start();
    expect([without.push.state, without.states]).to.deep.equal(['unavailable', []]);
    publicKey = undefined;
    const { push } = create();
    await push.start();
    await push.turn();
    expect([push.state, calls]).to.deep.equal(['unavailable', []]);
  });

  it('subscribes nothing before the person chose it', async () => {
    permission = 'granted'; // for the notifications of the open page
    const { push } = create();
    await push.start();
    expect([push.state, calls]).to.deep.equal(['off', []]);
  });

  it('is turned on by a press, and renewed when the page opens again', async () => {
    const { push, states } = create();
    await push.start();
    await push.turn();
    expect(states).to.deep.equal(['off', 'busy', 'on']);
    expect(calls).to.deep.equal(['subscribe key-1', 'save a https://push.example/a zh']);
    publicKey = 'key-2';
    const again = create();
    await again.push.start();
    expect([again.push.state, calls.slice(2)]).to.deep.equal([
      'on',
      ['subscribe key-2', 'save a https://push.example/a zh'],
    ]);
  });

  it('is turned off by another press, in the browser only with the last of its shops', async () => {
    const [a, b] = [create('a').push, create('b').push];
    for (const push of [a, b]) {
      await push.start();
      await push.turn();
    }
    calls.length = 0;
    await a.turn();
    expect([a.state, calls]).to.deep.equal(['off', ['remove id-of-a']]);
    await b.turn();
    expect(calls.slice(1)).to.deep.equal(['remove id-of-b', 'unsubscribe']);
    const again = create('b').push;
    await again.start();
    expect(again.state).to.equal('off');
  });

  it('says that the browser blocks it', async () => {
    const { push } = create();
    await push.start();
    answer = 'denied';
    await push.turn();
    expect([push.state, calls]).to.deep.equal(['denied', []]);
    const later = create().push;
    await later.start();
    expect(later.state).to.equal('denied');
  });

  it('says that it failed, and can be tried again', async () => {
    refusing = true;
    const { push } = create();
    await push.start();
    await push.turn();
    expect([push.state, stored.get('orderbell.push')]).to.deep.equal(['failed', undefined]);
    refusing = false;
    await push.turn();
    expect(push.state).to.equal('on');
  });
});
