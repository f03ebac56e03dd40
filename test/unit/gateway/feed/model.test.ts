/**
 * The shop feed against chance: fake announcements that are lost, doubled, delayed and reordered, a fake log whose reads
 * are held back. Whatever happens, what is published is the log, in order, nothing twice, and in the end all of it.
 */

import { expect } from 'chai';
import { createGates, FakeLog, FakeTopics, turn, upTo } from '../../../support/fake-log.ts';
import { openingFeed } from '../../../support/feed.ts';
import { type Random, withSeed } from '../../../support/random.ts';

const STEPS = 2_000;
const ROUNDS = 5;

describe('shop feed under random announcements', () => {
  it(`publishes the log in order, once and to the end, over ${ROUNDS * STEPS} random steps`, () =>
    withSeed(async (random) => {
      for (let round = 0; round < ROUNDS; round++) await runRound(random);
    }));
});

async function runRound(random: Random): Promise<void> {
  const log = new FakeLog();
  const topics = new FakeTopics();
  const gates = createGates();
  log.gate = gates.gate;
  log.append(random.between(0, 5));
  const feed = openingFeed({ log, topics, tailLength: random.between(1, 8), pageSize: random.between(1, 5) });
  const start = log.opened();
  /** What is on its way to the feed, to be delivered in any order. */
  const underway: (() => void)[] = [];
  let opened = false;
  const announce = (deliver: () => void) => {
    if (random.chance(0.25)) return; // lost
    underway.push(deliver);
    if (random.chance(0.25)) underway.push(deliver);
  };

  const moves: Record<string, () => void> = {
    append() {
      const rows = log.append(random.between(1, 3));
      announce(() => feed.offer('first', rows));
    },
    acknowledge() {
      if (log.state.head === 0) return;
      const made = log.acknowledge(random.between(1, log.state.head));
      if (made !== undefined) announce(() => feed.offerReceipts('first', [made]));
    },
    deliver() {
      const index = random.chance(0.7) ? 0 : random.between(0, underway.length);
      underway.splice(index, 1)[0]?.();
    },
    answer: () => gates.open(random.between(0, gates.waiting.length)),
    compare() {
      const before = { ...feed.at };
      const state = { ...log.state };
      underway.push(() => feed.compare(before, state));
    },
    start() {
      if (opened) return;
      opened = true;
      feed.start(start);
    },
  };
  const frequent = [
    'append',
    'append',
    'acknowledge',
    'deliver',
    'deliver',
    'deliver',
    'answer',
    'answer',
    'answer',
  ];
  for (let step = 0; step < STEPS; step++) {
    const name = random.chance(0.02) ? random.pick(['compare', 'start']) : random.pick(frequent);
    moves[name]?.();
    if (random.chance(0.5)) await turn();
  }
  moves.start?.();
  for (const deliver of underway) deliver();
  feed.compare({ ...feed.at }, { ...log.state });
  await turn();
  while (gates.waiting.length > 0) {
    gates.open();
    await turn();
  }

  expect(topics.seqs(), 'all that came after the start').to.deep.equal(
    upTo(log.state.head).slice(start.head),
  );
  expect(topics.receipts()).to.deep.equal(upTo(log.state.receipts).slice(start.receipts));
  expect(topics.plain()).to.have.length(log.state.head - start.head);
  expect(log.mostReading, 'readers at once').to.equal(1);
  expect(feed.at).to.deep.equal(log.state);
}
