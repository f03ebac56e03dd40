/**
 * The browser client against the gateway's replay, cut before its first `ready`, with another log in the place of the
 * first when it comes back. What it hands to its page is that log without a hole, or a `gap` comes before the rest.
 */

import { expect } from 'chai';
import type { ConnectOptions } from '../../../src/client/types.ts';
import { createReplays } from '../../../src/gateway/replays.ts';
import { Session } from '../../../src/gateway/session.ts';
import { readJoinRequest } from '../../../src/gateway/upgrade/join-request.ts';
import { ring } from '../../support/bell.ts';
import { type FakeSocket as ClientSocket, FakeWorld } from '../../support/client-world.ts';
import { FakeLog, SHOP, turn, upTo } from '../../support/fake-log.ts';
import { FakeSocket, SocketTopics } from '../../support/fake-socket.ts';
import { observe, openingFeed, patient, silent } from '../../support/feed.ts';

const LOGGED = 5;

interface Served {
  socket: FakeSocket;
  session: Session;
}

/** What a gateway that has just started sends to this socket. */
async function serve(
  log: FakeLog,
  client: ClientSocket,
  room: number,
  meanwhile = () => {},
): Promise<Served> {
  const topics = new SocketTopics();
  const feed = openingFeed({ log, topics });
  feed.start(log.opened());
  const parts = { sid: 'till-1', query: client.url.search, protocols: client.protocols.join(', ') };
  const request = readJoinRequest(parts);
  if (typeof request === 'string') throw new Error(request);
  const socket = new FakeSocket();
  socket.room = room;
  topics.sockets.add(socket);
  const session = new Session({ ...request, shopId: SHOP }, feed, 'id', 1, observe);
  const options = { log, pageSize: 3, stalls: patient, logger: silent, pause: turn, observe };
  const replays = createReplays(options);
  session.opened(socket, () => replays.startAnew(session), 0);
  replays.start(session);
  meanwhile();
  for (let turns = 0; turns < 50; turns++) await turn();
  return { socket, session };
}

function framesOf({ socket, session }: Served): object[] {
  session.closed();
  return socket.frames;
}

/** The ids of what the page got since the last gap, and where that began; undefined where there was no gap. */
async function cutAfter(count: number, from: ConnectOptions['from']) {
  const log = new FakeLog();
  log.append(LOGGED);
  const world = new FakeWorld();
  const { bell, received } = ring({ ...(from && { from }) }, world);
  const ids: string[] = [];
  let gapAt: number | undefined;
  bell.on('notification', ({ eventId }) => ids.push(eventId));
  bell.on('gap', ({ oldest }) => {
    gapAt = oldest;
    ids.length = 0;
  });

  await turn();
  const first = world.socket.opens();
  first.says(...framesOf(await serve(log, first, count)));
  expect(received.state.at(-1)?.name).to.equal('catching-up');
  first.ends();
  log.forkAt(2, 'second');
  for (const seq of upTo(LOGGED)) log.add(`second-${seq}`);
  await world.pass(60_000);
  const second = world.socket.opens();
  second.says(...framesOf(await serve(log, second, Number.POSITIVE_INFINITY)));
  expect(bell.state.name).to.equal('live');
  bell.close();
  return { ids, gapAt, expected: log.notifications.map(({ eventId }) => eventId) };
}

describe('the client, cut before its first ready, while another log takes the place of the first', () => {
  for (const count of upTo(LOGGED).map((one) => one - 1)) {
    it(`has all of it without a hole, from the oldest, after ${count} frames`, async () => {
      const { ids, expected } = await cutAfter(count, 'oldest');
      expect(ids).to.deep.equal(expected);
    });
  }
});
