/**
 * The shop feed against chance, while the fake log becomes another one again and again: rotated, failed over with its last
 * events lost and some of these logged again, restored from an old backup; while announcements of it are lost, doubled and
 * late, and reads of it are held back. Plain clients get what the last log holds and was logged since the feed began, once and in
 * order, and nothing of what was there before.
 */

import { expect } from 'chai';
import type { LoggedNotification } from '../../../../src/domain/notification.ts';
import { createGates, FakeLog, FakeTopics, turn } from '../../../support/fake-log.ts';
import { openingFeed } from '../../../support/feed.ts';
import { type Random, withSeed } from '../../../support/random.ts';

const STEPS = 1_500;
const ROUNDS = 8;
/** Far fewer than the feed knows, also if it sleeps through some failovers. */
const MOST_LOST = 10;
const TAIL_LENGTH = 80;

describe('shop feed under random changes of the log', () => {
  it(`alerts plain clients of what is logged, in order and once, over ${ROUNDS * STEPS} random steps`, () =>
    withSeed(async (random) => {
      for (let round = 0; round < ROUNDS; round++) await runRound(random);
    })).timeout(20_000);
});

async function runRound(random: Random): Promise<void> {
  const log = new FakeLog();
  const topics = new FakeTopics();
  const gates = createGates();
  let clock = 0;
  let changes = 0;
  let made = 0;
  log.now = () => clock;
  log.gate = gates.gate;
  for (let n = random.between(0, 30); n > 0; n--) log.add(`old-${n}`, -3_600_000);
  const feed = openingFeed({
    log,
    topics,
    now: () => clock,
    tailLength: TAIL_LENGTH,
    pageSize: random.between(1, 99),
  });
  const before = new Set(log.notifications.map(({ eventId }) => eventId));
  feed.start(log.opened());
  const underway: (() => void)[] = [];
  /** Events of which the log has lost a place: such an event may be published before its last place. */
  const lost = new Set<string>();
  const logged = (eventId: string) => Object.assign(log.add(eventId), { content: eventId });

  /** A broker delivers again what was in hand, not what was logged before an old backup was made. */
  const isRecent = (eventId: string) => Number(eventId.split('event-')[1]) > made - TAIL_LENGTH / 2;

  const announce = (rows: LoggedNotification[]) => {
    const { epoch } = log.state;
    const deliver = () => feed.offer(epoch, rows);
    if (!random.chance(0.2)) underway.push(deliver);
    if (random.chance(0.2)) underway.push(deliver);
  };
  const fork = (length: number) => {
    const gone = log.notifications.slice(length).map(({ eventId }) => eventId);
    for (const eventId of gone) lost.add(eventId);
    log.forkAt(length, `log-${++changes}`);
    return gone;
  };
  const moves = {
    append: () => announce(Array.from({ length: random.between(1, 3) }, () => logged(`event-${++made}`))),
    deliver() {
      const index = random.chance(0.7) ? 0 : random.between(0, underway.length);
      underway.splice(index, 1)[0]?.();
    },
    answer: () => gates.open(random.between(0, gates.waiting.length)),
    compare() {
      const [at, state] = [{ ...feed.at }, { ...log.state }];
      underway.push(() => feed.compare(at, state));
    },
    rotate: () => fork(log.state.head),
    failOver() {
      const gone = fork(Math.max(0, log.state.head - random.between(0, MOST_LOST)));
      const again = gone.filter((eventId) => isRecent(eventId) && random.chance(0.5));
      if (random.chance(0.5)) again.unshift(`event-${++made}`);
      announce(again.map(logged));
    },
    restore: () => void fork(random.between(0, log.state.head)),
  };
  type Move = keyof typeof moves;
  const frequent: Move[] = ['append', 'append', 'deliver', 'deliver', 'answer', 'answer', 'answer', 'answer'];
  const rare: Move[] = ['compare', 'compare', 'rotate', 'failOver', 'failOver', 'restore'];
  for (let step = 0; step < STEPS; step++) {
    clock += random.between(0, 1_000);
    moves[random.pick(random.chance(0.05) ? rare : frequent)]();
    if (random.chance(0.5)) await turn();
  }
  for (const deliver of underway) deliver();
  for (let quiet = 0; quiet < 20; ) {
    if (gates.waiting.length > 0) quiet = 0;
    await gates.openAll();
    if (++quiet === 10) feed.compare({ ...feed.at }, { ...log.state });
    await turn();
  }

  expect(feed.at).to.deep.equal(log.state);
  const published = topics.plain().map((frame) => JSON.parse(frame).content as string);
  expect(published.length, 'published twice').to.equal(new Set(published).size);
  const held = log.notifications.map(({ eventId }) => eventId);
  const since = held.filter((eventId) => !before.has(eventId));
  expect(
    since.filter((eventId) => !published.includes(eventId)),
    'missed',
  ).to.deep.equal([]);
  expect(
    published.filter((eventId) => before.has(eventId)),
    'old history',
  ).to.deep.equal([]);
  const steady = new Set(since.filter((eventId) => !lost.has(eventId)));
  expect(published.filter((eventId) => steady.has(eventId))).to.deep.equal([...steady]);
}
