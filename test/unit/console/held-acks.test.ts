import { expect } from 'chai';
import { createHeldAcks } from '../../../src/console/link/held-acks.ts';
import { type Action, type Alerts, noAlerts, openOf, reduce } from '../../../src/console/model/alerts.ts';
import { createArrivals } from '../../../src/console/model/arrivals.ts';
import {
  acknowledgedBy,
  alertOf,
  alertsFrom,
  dayLog,
  MIDNIGHT,
  seqsOf,
  TODAY,
} from '../../support/console.ts';
import { createFakeClock } from '../../support/sound/fake-clock.ts';

const HOLD_MS = 8_000;

interface Tab {
  sid?: string;
  epoch?: string;
  holdMs?: number;
}

/** A browser's tab, whose storage outlives the page. */
function createTab() {
  const clock = createFakeClock();
  const stored = new Map<string, string>();
  const storage = {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
  };

  function load({ sid = 'till-1', epoch = 'e', holdMs = HOLD_MS }: Tab = {}) {
    let alerts: Alerts = noAlerts(MIDNIGHT);
    let isGone = false;
    const sent: number[] = [];
    const dispatch = (action: Action) => {
      alerts = reduce(alerts, action);
      acks.keep();
    };
    const acks = createHeldAcks({
      ...{ storage, shop: 'corner', dispatch, onChange() {}, now: clock.wallNow },
      sid: () => sid,
      holdMs: () => holdMs,
      alerts: () => alerts,
      send: (seqs) => void sent.push(...seqs),
      setTimer: (then, ms) => void clock.after(ms, () => isGone || then()),
    });
    dispatch({
      kind: 'loaded',
      log: dayLog(alertsFrom(1, 9), { epoch }),
      acked: acks.restore(epoch),
    });
    return {
      ...{ acks, sent, dispatch },
      open: () => seqsOf(openOf(alerts)),
      close: () => {
        isGone = true;
      },
    };
  }
  return { clock, load };
}

describe('acknowledgements that can be undone', () => {
  it('count on the page at once, and are sent when their time is over', async () => {
    const { clock, load } = createTab();
    const { acks, sent, open } = load();
    acks.add([1, 2]);
    expect(open()).to.deep.equal([3, 4, 5, 6, 7, 8, 9]);
    expect([acks.last?.seqs, acks.due()]).to.deep.equal([[1, 2], []]);
    await clock.advance(HOLD_MS - 1);
    expect(sent).to.deep.equal([]);
    await clock.advance(1);
    expect([sent, acks.last, acks.due()]).to.deep.equal([[1, 2], undefined, [1, 2]]);
  });

  it('are taken back press by press, the last one first, and then never sent', async () => {
    const { clock, load } = createTab();
    const { acks, sent, open } = load();
    acks.add([1]);
    await clock.advance(1_000);
    acks.add([2, 3]);
    acks.undo();
    expect([open().includes(2), acks.last?.seqs]).to.deep.equal([true, [1]]);
    acks.undo();
    expect([open().length, acks.last]).to.deep.equal([9, undefined]);
    await clock.advance(2 * HOLD_MS);
    expect(sent).to.deep.equal([]);
  });

  it('are not sent where another till was first, and no longer offered', async () => {
    const { clock, load } = createTab();
    const { acks, sent, dispatch } = load();
    acks.add([1]);
    dispatch({ kind: 'notification', alert: alertOf(1, acknowledgedBy('other')) });
    expect(acks.last).to.equal(undefined);
    await clock.advance(HOLD_MS);
    expect(sent).to.deep.equal([]);
  });

  it('are sent at once where there is nothing to hold them for', () => {
    const { acks, sent } = createTab().load({ holdMs: 0 });
    acks.add([4]);
    expect([sent, acks.last]).to.deep.equal([[4], undefined]);
  });

  it('last through a reload, with the time that is left, and can be undone there', async () => {
    const { clock, load } = createTab();
    const first = load();
    first.acks.add([1]);
    first.acks.add([2]);
    await clock.advance(5_000);
    first.close();
    const second = load();
    expect(second.open()).to.deep.equal([3, 4, 5, 6, 7, 8, 9]);
    second.acks.undo();
    expect(second.open()).to.deep.equal([2, 3, 4, 5, 6, 7, 8, 9]);
    await clock.advance(3_000);
    expect(second.sent).to.deep.equal([1]);
  });

  it('are due after a reload where they were sent and not confirmed', async () => {
    const { clock, load } = createTab();
    const first = load();
    first.acks.add([1]);
    await clock.advance(HOLD_MS);
    first.close();
    expect(load().acks.due()).to.deep.equal([1]);
  });

  it('are forgotten once they are confirmed, in another log, and in a copy of the tab', () => {
    for (const other of [{ epoch: 'f' }, { sid: 'till-2' }]) {
      const { load } = createTab();
      load().acks.add([1]);
      expect(load(other).open()).to.have.length(9);
    }
    const { load } = createTab();
    const first = load();
    first.acks.add([1]);
    first.dispatch({
      kind: 'receipts',
      receipts: [{ seq: 1, sid: 'till-1', at: TODAY, reason: 'acknowledged' }],
    });
    expect(load().acks.due()).to.deep.equal([]);
  });

  it('take nothing from what is not theirs in the storage', () => {
    for (const text of ['', '{', '{"sid":"till-1","epoch":"e","pending":["x"],"presses":[]}']) {
      const storage = { getItem: () => text, setItem() {} };
      const acks = createHeldAcks({
        ...{ storage, shop: 'corner', dispatch() {}, onChange() {}, send() {}, setTimer() {} },
        ...{ sid: () => 'till-1', holdMs: () => 1, now: () => 0, alerts: () => noAlerts(MIDNIGHT) },
      });
      expect(acks.restore('e'), text).to.deep.equal([]);
    }
  });
});

describe('clearing all', () => {
  it('leaves out what came in the last second', () => {
    let now = 5_000;
    const arrivals = createArrivals(() => now);
    arrivals.update(alertsFrom(1, 2));
    now += 600;
    arrivals.update(alertsFrom(1, 3));
    now += 400;
    expect(arrivals.readable([1, 2, 3])).to.deep.equal([1, 2]);
    now += 600;
    expect(arrivals.readable([1, 2, 3])).to.deep.equal([1, 2, 3]);
  });
});
