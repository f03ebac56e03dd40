import { expect } from 'chai';
import { type Following, followShop } from '../../../src/console/link/follow-shop.ts';
import type { LinkState, SignedOut } from '../../../src/console/link/link-state.ts';
import { LogRefused } from '../../../src/console/log/ask-service.ts';
import type { DayLog } from '../../../src/console/log/read-day.ts';
import type { Action } from '../../../src/console/model/alerts.ts';
import { alertOf, dayLog, TODAY } from '../../support/console.ts';
import { createFakeBell, type FakeBell } from '../../support/fake-bell.ts';

/** Follows a shop whose log and link are the test's. Each read takes the next answer, or else the last. */
function follow(
  answers: (DayLog | Error)[],
  probe: () => Promise<unknown> = async () => {},
  fault?: SignedOut,
) {
  const bells: FakeBell[] = [];
  const actions: Action[] = [];
  const links: LinkState[] = [];
  const pauses: number[] = [];
  const timers: (() => void)[] = [];
  const pending = new Set<number>();
  let reads = 0;
  const following: Following = followShop({
    async readDay() {
      const answer = answers[Math.min(reads++, answers.length - 1)];
      if (answer instanceof Error || answer === undefined) throw answer ?? new Error('no answer');
      return answer;
    },
    probe,
    tokenFault: () => fault,
    connect(from) {
      const bell = createFakeBell(from);
      bells.push(bell);
      return bell;
    },
    dispatch: (action) => actions.push(action),
    pending: () => pending,
    onLink: (link) => links.push(link),
    setTimer: (then) => timers.push(then),
    pause: async (ms) => void pauses.push(ms),
    now: () => 10_000,
    random: () => 1,
  });
  const bell = () => bells.at(-1) ?? expect.fail('not connected');
  const passTimers = () => {
    for (const then of timers.splice(0)) then();
  };
  return { following, actions, links, pauses, pending, bells, bell, reads: () => reads, passTimers };
}

/** All that is due without waiting for anything. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

const log = dayLog([alertOf(1), alertOf(2)], { receipts: 5 });
const position = { epoch: 'e', seq: 2, receipts: 5 };
const receiptOf = (seq: number) =>
  ({ n: 5 + seq, seq, sid: 'a', reason: 'acknowledged', at: TODAY }) as const;

describe('following a shop', () => {
  it('reads the day first, and listens from where that stood', async () => {
    const { actions, bell, links } = follow([log]);
    await settle();
    expect(actions).to.deep.equal([{ kind: 'loaded', log }]);
    expect(bell().from).to.deep.equal(position);
    expect(links.map(({ name }) => name)).to.deep.equal(['reading', 'connecting']);
  });

  it('hands what the page reports to the bell that there is', async () => {
    const { following, bell, bells } = follow([log]);
    const hearing = { sound: 'on', visible: true } as const;
    following.report({ seen: 1, spoken: 1, hearing }); // before there is one
    await settle();
    following.report({ seen: 2, spoken: undefined, hearing });
    expect(bell().reported).to.deep.equal({ seen: 2, hearing });
    following.restart();
    await settle();
    following.report({ seen: undefined, spoken: 2, hearing });
    expect(bell().reported).to.deep.equal({ spoken: 2, hearing });
    expect(bells).to.have.length(2);
  });

  it('listens from the oldest where the shop has no log yet', async () => {
    const { bell } = follow([dayLog([], { epoch: undefined })]);
    await settle();
    expect(bell().from).to.equal('oldest');
  });

  it('passes on what it hears, and which log it is once it is live', async () => {
    const { actions, bell, links } = follow([log]);
    await settle();
    bell().emit('notification', alertOf(3));
    bell().emit('receipt', receiptOf(1));
    bell().become({ name: 'live' }, position);
    expect(actions.slice(1)).to.deep.equal([
      { kind: 'notification', alert: alertOf(3) },
      { kind: 'receipts', receipts: [receiptOf(1)] },
      { kind: 'following', epoch: 'e' },
    ]);
    expect(links.at(-1)).to.deep.equal({ name: 'live' });
  });

  it('passes on a receipt at once, and those that come right behind it together', async () => {
    const { actions, bell, passTimers } = follow([log]);
    await settle();
    for (let seq = 1; seq <= 500; seq++) bell().emit('receipt', receiptOf(seq));
    passTimers();
    passTimers();
    const passed = actions
      .slice(1)
      .flatMap((action) => (action.kind === 'receipts' ? [action.receipts] : []));
    expect(passed.map(({ length }) => length)).to.deep.equal([1, 499]);
    expect(passed.flat().map(({ seq }) => seq)).to.deep.equal(Array.from({ length: 500 }, (_, i) => i + 1));
  });

  it('lets no receipt wait for its company while something else comes, or the link ends', async () => {
    const gap = { epoch: 'e', oldest: 1, head: 3 };
    const ways: [string, (parts: ReturnType<typeof follow>) => void][] = [
      ['notification', ({ bell }) => bell().emit('notification', alertOf(3))],
      ['gap', ({ bell }) => bell().emit('gap', gap)],
      ['following', ({ bell }) => bell().become({ name: 'live' }, position)],
      ['nothing more', ({ following }) => following.restart()],
      ['nothing more', ({ bell }) => bell().become({ name: 'closed', reason: 'replaced' })],
    ];
    for (const [next, act] of ways) {
      const parts = follow([log]);
      await settle();
      for (const seq of [1, 2]) parts.bell().emit('receipt', receiptOf(seq));
      act(parts);
      const [, first, second, third] = parts.actions;
      expect([first, second]).to.deep.equal([
        { kind: 'receipts', receipts: [receiptOf(1)] },
        { kind: 'receipts', receipts: [receiptOf(2)] },
      ]);
      expect(third?.kind ?? 'nothing more').to.equal(next);
    }
  });

  it('sends acknowledgements over the link', async () => {
    const { bell, following } = follow([log]);
    await settle();
    following.send([1, 2]);
    expect(bell().acked).to.deep.equal([1, 2]);
  });

  it('sends again over a new link what was not confirmed', async () => {
    const { bells, following, pending } = follow([log]);
    await settle();
    pending.add(2);
    following.restart();
    await settle();
    expect(bells.map(({ isClosed }) => isClosed)).to.deep.equal([true, false]);
    expect(bells[1]?.acked).to.deep.equal([2]);
  });

  it('takes nothing more from a link that it has left', async () => {
    const { actions, bells, following, links } = follow([log]);
    await settle();
    following.restart();
    await settle();
    const before = [actions.length, links.length];
    bells[0]?.emit('notification', alertOf(3));
    bells[0]?.become({ name: 'live' }, position);
    expect([actions.length, links.length]).to.deep.equal(before);
  });

  it('tries to read until it can, waiting longer each time, and says so', async () => {
    const failing = Array.from({ length: 6 }, () => new Error('away'));
    const { bells, links, pauses } = follow([...failing, log]);
    await settle();
    expect(pauses).to.deep.equal([1000, 2000, 4000, 8000, 15_000, 15_000]);
    expect(links[1]).to.deep.equal({ name: 'waiting', reason: 'lost', until: 11_000 });
    expect(bells).to.have.length(1);
  });

  it('asks for a token where the log is not for everybody, and goes on with it', async () => {
    const { bells, following, links } = follow([new LogRefused('unauthenticated', 'no'), log]);
    await settle();
    expect(links.at(-1)).to.deep.equal({ name: 'signed-out', why: 'unauthenticated' });
    expect(bells).to.deep.equal([]);
    following.restart();
    await settle();
    expect(bells).to.have.length(1);
  });

  it('says what the service says to a shop that cannot be', async () => {
    const { links } = follow([new LogRefused('invalid', 'a shop is …')]);
    await settle();
    expect(links.at(-1)).to.deep.equal({ name: 'refused', message: 'a shop is …' });
  });

  it('reads anew where there was a gap, without leaving the link', async () => {
    const { actions, bell, bells, reads } = follow([log]);
    await settle();
    const gap = { epoch: 'f', oldest: 1, head: 9 };
    bell().emit('gap', gap);
    bell().emit('gap', gap);
    await settle();
    expect(reads()).to.equal(2);
    expect(actions.slice(1)).to.deep.equal([
      { kind: 'gap', gap },
      { kind: 'gap', gap },
      { kind: 'loaded', log },
    ]);
    expect(bells).to.have.length(1);
  });

  it('reads anew where an acknowledgement is refused because the alert is gone', async () => {
    const { bell, reads } = follow([log]);
    await settle();
    bell().emit('refusal', { code: 'too-fast', message: '' });
    bell().emit('refusal', { code: 'unknown-seq', message: 'seq 1' });
    await settle();
    expect(reads()).to.equal(2);
  });

  it('says when the next attempt is, and why one is needed', async () => {
    const { bell, links } = follow([log]);
    await settle();
    bell().become({ name: 'waiting', reason: 'silent', retryInMs: 3000 });
    expect(links.at(-1)).to.deep.equal({ name: 'waiting', reason: 'silent', until: 13_000 });
  });

  it('finds out by asking that a lost link is a refused token', async () => {
    const { bell, links } = follow([log], () => Promise.reject(new LogRefused('unauthenticated', 'expired')));
    await settle();
    bell().become({ name: 'waiting', reason: 'lost', retryInMs: 3000 });
    await settle();
    expect(links.at(-1)).to.deep.equal({ name: 'signed-out', why: 'unauthenticated' });
    expect(bell().isClosed).to.equal(true);
  });

  it('asks for another token where the one in use is to blame for a lost link, and not the network', async () => {
    for (const fault of ['cannot-listen', 'expired'] as const) {
      const { bell, links } = follow([log], async () => {}, fault);
      await settle();
      bell().become({ name: 'waiting', reason: 'offline' });
      expect(links.at(-1)).to.include({ name: 'waiting' });
      bell().become({ name: 'waiting', reason: 'lost', retryInMs: 3000 });
      expect(links.at(-1)).to.deep.equal({ name: 'signed-out', why: fault });
    }
  });

  it('leaves a lost link to itself where asking fails as well', async () => {
    const { bell, links } = follow([log], () => Promise.reject(new Error('away')));
    await settle();
    bell().become({ name: 'waiting', reason: 'lost', retryInMs: 3000 });
    await settle();
    expect(links.at(-1)).to.include({ name: 'waiting' });
    expect(bell().isClosed).to.equal(false);
  });

  it('asks for a token when the link says that it is refused, not while one is renewed', async () => {
    const { bell, links } = follow([log]);
    await settle();
    bell().become({ name: 'connecting', reason: 'token' });
    expect(links.at(-1)).to.deep.equal({ name: 'connecting' });
    bell().become({ name: 'waiting', reason: 'token', retryInMs: 1000 });
    expect(links.at(-1)).to.deep.equal({ name: 'signed-out', why: 'unauthenticated' });
  });

  it('finds out that its till was removed, also where the first question has no answer', async () => {
    const answers = [new Error('away'), new LogRefused('removed', 'this till was removed')];
    const { bell, bells, links, pauses } = follow([log], () => Promise.reject(answers.shift()));
    await settle();
    bell().become({ name: 'waiting', reason: 'token', retryInMs: 1000 });
    await settle();
    expect(links.at(-1)).to.deep.equal({ name: 'signed-out', why: 'removed' });
    expect([pauses, bells.length, bell().isClosed]).to.deep.equal([[15_000], 1, true]);
  });

  it('goes on where another tab has renewed the token meanwhile, and not twice where a person was quicker', async () => {
    const { bell, bells, links, following } = follow([log]);
    await settle();
    bell().become({ name: 'waiting', reason: 'token', retryInMs: 1000 });
    expect(links.at(-1)).to.include({ name: 'signed-out' });
    await settle();
    expect([bells.length, links.at(-1)?.name]).to.deep.equal([2, 'connecting']);
    bell().become({ name: 'waiting', reason: 'token', retryInMs: 1000 });
    following.restart();
    await settle();
    expect(bells).to.have.length(3);
  });

  it('stops where another page took over, until it is told to go on', async () => {
    const { bells, bell, following, links } = follow([log]);
    await settle();
    bell().become({ name: 'closed', reason: 'replaced' });
    expect(links.at(-1)).to.deep.equal({ name: 'replaced' });
    following.restart();
    await settle();
    expect(bells).to.have.length(2);
  });
});
