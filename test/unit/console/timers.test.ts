/** Each timer runs twice, in the worker and on the page: here both are in the test's hand. */

import { expect } from 'chai';
import type { TimerOrder } from '../../../src/console/timers/timer-worker.ts';
import { createTimers, type TimerPort } from '../../../src/console/timers/timers.ts';

describe('timers in a worker', () => {
  function build({ open }: { open?: () => TimerPort | undefined } = {}) {
    const orders: TimerOrder[] = [];
    const ofPage = new Map<number, () => void>();
    let answer = (_: number) => {};
    const port: TimerPort = {
      postMessage: (order) => void orders.push(order),
      addEventListener: (_, listener) => {
        answer = (id) => listener({ data: id });
      },
    };
    let set = 0;
    const timers = createTimers({
      open: open ?? (() => port),
      setTimeout(call) {
        ofPage.set(++set, call);
        return set;
      },
      clearTimeout: (timer) => void ofPage.delete(timer),
    });
    const page = () => {
      for (const call of [...ofPage.values()]) call();
    };
    return { timers, orders, ofPage, worker: (id: number) => answer(id), page };
  }

  it('call when the worker says so, and then no more', () => {
    const { timers, orders, ofPage, worker } = build();
    let calls = 0;
    timers.after(500, () => calls++);
    expect(orders).to.deep.equal([{ id: 1, ms: 500 }]);
    worker(1);
    worker(1);
    expect([calls, ofPage.size]).to.deep.equal([1, 0]);
  });

  it('call when the page is first, and the worker has no more to do', () => {
    const { timers, orders, page, worker } = build();
    let calls = 0;
    timers.after(500, () => calls++);
    page();
    worker(1);
    expect(calls).to.equal(1);
    expect(orders.at(-1)).to.deep.equal({ id: 1 });
  });

  it('can be taken back, also twice and from within another', () => {
    const { timers, orders, ofPage, worker } = build();
    const called: string[] = [];
    const cancel = timers.after(500, () => called.push('first'));
    timers.after(500, () => {
      called.push('second');
      cancel();
    });
    worker(2);
    cancel();
    worker(1);
    expect(called).to.deep.equal(['second']);
    expect(orders.filter(({ id, ms }) => id === 1 && ms === undefined)).to.have.length(1);
    expect(ofPage.size).to.equal(0);
  });

  for (const [name, open] of [
    ['there is no worker', () => undefined],
    [
      'the browser refuses it',
      () => {
        throw new Error('refused by the policy');
      },
    ],
  ] as const) {
    it(`are the page's own where ${name}`, () => {
      const { timers, page } = build({ open });
      const called: string[] = [];
      timers.after(500, () => called.push('kept'));
      timers.after(500, () => called.push('taken back'))();
      page();
      expect(called).to.deep.equal(['kept']);
    });
  }
});
