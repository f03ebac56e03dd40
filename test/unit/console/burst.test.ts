import { expect } from 'chai';
import type { Alert } from '../../../src/client/types.ts';
import { createSystemNotifications } from '../../../src/console/browser/system-notifications.ts';
import { createBurst } from '../../../src/console/model/burst.ts';
import { alertOf, alertsFrom } from '../../support/console.ts';

/** Timers that go off when the test says so. */
function fakeTimers() {
  const due: (() => void)[] = [];
  return {
    setTimer: (then: () => void) => void due.push(then),
    pass() {
      for (const then of due.splice(0)) then();
    },
  };
}

describe('a burst', () => {
  it('passes the first at once, and what follows together', () => {
    const { setTimer, pass } = fakeTimers();
    const flushed: (readonly number[])[] = [];
    const burst = createBurst<number>({ windowMs: 1, setTimer, flush: (items) => flushed.push(items) });
    burst.add([1]);
    for (let n = 2; n <= 50; n++) burst.add([n]);
    expect(flushed).to.deep.equal([[1]]);
    pass();
    expect(flushed).to.have.length(2);
    expect(flushed[1]).to.have.length(49);
    pass();
    burst.add([51]);
    expect(flushed[2]).to.deep.equal([51]);
  });

  it('passes what waits before its time where it is released', () => {
    const { setTimer, pass } = fakeTimers();
    const flushed: (readonly number[])[] = [];
    const burst = createBurst<number>({ windowMs: 1, setTimer, flush: (items) => flushed.push(items) });
    for (const n of [1, 2, 3]) burst.add([n]);
    burst.release();
    burst.release();
    expect(flushed).to.deep.equal([[1], [2, 3]]);
    burst.add([4]);
    expect(flushed, 'its time is not over').to.have.length(2);
    pass();
    expect(flushed[2]).to.deep.equal([4]);
  });

  it('of nothing is nothing', () => {
    const { setTimer, pass } = fakeTimers();
    const burst = createBurst<number>({ windowMs: 1, setTimer, flush: () => expect.fail('flushed') });
    burst.add([]);
    pass();
  });
});

describe('system notifications', () => {
  function setUp(permission: NotificationPermission = 'granted') {
    const shown: FakeNotification[] = [];
    const timers = fakeTimers();
    class FakeNotification {
      static permission = permission;
      static requestPermission = async () => permission;
      isClosed = false;
      onclose = () => {};
      readonly title: string;
      readonly options: NotificationOptions | undefined;
      constructor(title: string, options?: NotificationOptions) {
        this.title = title;
        this.options = options;
        shown.push(this);
      }
      close() {
        this.isClosed = true;
        this.onclose();
      }
    }
    const notifications = createSystemNotifications({
      // The parts of the constructor that are used here.
      api: FakeNotification as Pick<typeof Notification, 'permission'> as typeof Notification,
      shop: 'corner',
      titleOf: ({ seq }: Alert) => `alert ${seq}`,
      titleOfSeveral: (alerts) => `${alerts.length} alerts`,
      focus() {},
      setTimer: timers.setTimer,
    });
    return { notifications, shown, ...timers };
  }

  it('tell of each new alert with a tag of its own, and go when it is acknowledged', () => {
    const { notifications, shown } = setUp();
    notifications.update([alertOf(1)], true);
    notifications.update([alertOf(1)], true);
    expect(shown.map(({ title, options }) => [title, options?.tag, options?.body])).to.deep.equal([
      ['alert 1', 'orderbell.corner.1', alertOf(1).content],
    ]);
    notifications.update([], true);
    expect(shown[0]?.isClosed).to.equal(true);
  });

  it('are one for many, which goes with the last of them', () => {
    const { notifications, shown, pass } = setUp();
    notifications.update([alertOf(1)], true);
    notifications.update(alertsFrom(1, 50), true);
    pass();
    expect(shown.map(({ title }) => title)).to.deep.equal(['alert 1', '49 alerts']);
    notifications.update([alertOf(50)], true);
    expect(shown.map(({ isClosed }) => isClosed)).to.deep.equal([true, false]);
    notifications.update([], true);
    expect(shown[1]?.isClosed).to.equal(true);
  });

  it('do not tell of what was acknowledged while it waited to be told', () => {
    const { notifications, shown, pass } = setUp();
    notifications.update([alertOf(1)], true);
    notifications.update(alertsFrom(1, 2), true);
    notifications.update([alertOf(1)], true);
    pass();
    expect(shown).to.have.length(1);
  });

  it('tell of nothing while somebody looks, nor later of what was seen then', () => {
    const { notifications, shown } = setUp();
    notifications.update([alertOf(1)], false);
    notifications.update(alertsFrom(1, 2), true);
    expect(shown.map(({ title }) => title)).to.deep.equal(['alert 2']);
  });

  it('tell of nothing where they are not permitted', () => {
    for (const permission of ['default', 'denied'] as const) {
      const { notifications, shown } = setUp(permission);
      notifications.update([alertOf(1)], true);
      expect(shown).to.deep.equal([]);
      expect(notifications.permission).to.equal(permission);
    }
  });
});
