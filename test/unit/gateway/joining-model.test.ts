/**
 * Joining against chance, on fake sockets and a fake log: v1 clients come, are congested, are cut and come back with the
 * `seq` they saw last, while announcements are lost, doubled and reordered and reads are held back. Each client's
 * history is 1 to N, whatever the tail and the page hold.
 */

import { expect } from 'chai';
import { replay } from '../../../src/gateway/replay.ts';
import { Session } from '../../../src/gateway/session.ts';
import { createGates, FakeLog, SHOP, turn, upTo } from '../../support/fake-log.ts';
import { FakeSocket, SocketTopics } from '../../support/fake-socket.ts';
import { observe, openingFeed, patient, silent } from '../../support/feed.ts';
import { type Random, withSeed } from '../../support/random.ts';

const STEPS = 1_500;
const ROUNDS = 4;
const CLIENTS = 6;

/** A client that notes what it saw and resumes from there. */
interface Client {
  seqs: number[];
  receipts: number[];
  connected: { socket: FakeSocket; session: Session } | undefined;
}

describe('joining at random moments', () => {
  it(`shows ${CLIENTS} clients the log without gap or repeat, over ${ROUNDS * STEPS} random steps`, () =>
    withSeed(async (random) => {
      for (let round = 0; round < ROUNDS; round++) await runRound(random);
    }));
});

async function runRound(random: Random): Promise<void> {
  const log = new FakeLog();
  const gates = createGates();
  const topics = new SocketTopics();
  log.gate = gates.gate;
  log.append(random.between(0, 9));
  const pageSize = random.between(1, 5);
  const feed = openingFeed({ log, topics, pageSize, tailLength: random.between(1, 8) });
  feed.start(log.opened());
  const clients: Client[] = upTo(CLIENTS).map(() => ({ seqs: [], receipts: [], connected: undefined }));
  const underway: (() => void)[] = [];
  const announce = (deliver: () => void) => {
    if (!random.chance(0.2)) underway.push(deliver);
    if (random.chance(0.2)) underway.push(deliver);
  };

  function connect(client: Client): void {
    const socket = new FakeSocket();
    const request = { shopId: SHOP, sid: 'x', protocol: 'orderbell.v1' as const };
    const session = new Session(request, feed, 'x', 0, observe);
    client.connected = { socket, session };
    topics.sockets.add(socket);
    socket.room = random.between(0, 20);
    session.opened(socket, () => {}, 0);
    const from = { seq: client.seqs.at(-1) ?? 0, epoch: 'first', receipts: client.receipts.at(-1) ?? 0 };
    void replay(session, from, { log, pageSize, stalls: patient, logger: silent, pause: turn });
  }

  function readSome({ connected }: Client, count: number): void {
    const before = connected?.socket.buffered.length;
    connected?.socket.read(count);
    if (connected?.socket.buffered.length !== before) connected?.session.drained();
  }

  function cut(client: Client): void {
    const { connected } = client;
    if (connected === undefined) return;
    topics.sockets.delete(connected.socket);
    connected.session.closed();
    client.connected = undefined;
    for (const { kind, seq, n } of connected.socket.frames) {
      expect(kind).not.to.equal('gone');
      if (kind === 'notification') client.seqs.push(seq);
      if (kind === 'receipt') client.receipts.push(n);
    }
  }

  const moves = [
    () => {
      const rows = log.append(random.between(1, 3));
      announce(() => feed.offer('first', rows));
    },
    () => {
      const made = log.state.head > 0 && log.acknowledge(random.between(1, log.state.head));
      if (made) announce(() => feed.offerReceipts('first', [made]));
    },
    () => {
      const index = random.chance(0.7) ? 0 : random.between(0, underway.length);
      underway.splice(index, 1)[0]?.();
    },
    () => gates.open(random.between(0, gates.waiting.length)),
    () => readSome(random.pick(clients), random.between(0, 20)),
    () => {
      const client = random.pick(clients);
      if (client.connected === undefined) connect(client);
      else if (random.chance(0.15)) cut(client);
    },
  ];
  for (let step = 0; step < STEPS; step++) {
    random.pick(moves)();
    if (random.chance(0.01)) feed.compare({ ...feed.at }, { ...log.state });
    if (random.chance(0.5)) await turn();
  }

  for (const client of clients) if (client.connected === undefined) connect(client);
  feed.compare({ ...feed.at }, { ...log.state });
  log.gate = async () => {};
  for (let quiet = 0; quiet < 5; ) {
    quiet = gates.waiting.length === 0 ? quiet + 1 : 0;
    gates.open();
    for (const client of clients) readSome(client, 1000);
    await turn();
  }
  for (const client of clients) {
    cut(client);
    expect(client.seqs).to.deep.equal(upTo(log.state.head));
    expect(client.receipts).to.deep.equal(upTo(log.state.receipts));
  }
  expect(feed.followers.size).to.equal(0);
}
