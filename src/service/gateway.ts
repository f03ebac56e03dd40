/** The role `gateway`: the sockets on this process's server, with the log behind them. */

import { setTimeout as pause } from 'node:timers/promises';
import { createGatewayLeases } from '../escalation/presence/gateway-leases.ts';
import type { LogReader } from '../gateway/feed/log-reader.ts';
import { type Gateway, startGateway } from '../gateway/gateway.ts';
import { refusalReply } from '../http/refusal-reply.ts';
import { send } from '../http/reply.ts';
import { observeGateway } from '../metrics/observers.ts';
import { createGather } from '../platform/gather.ts';
import type { Queryable } from '../platform/postgres.ts';
import { createTurns } from '../platform/turns.ts';
import { createRateLimit } from '../server/rate-limit.ts';
import type { Server } from '../server/server.ts';
import { acknowledge } from '../shop-log/acknowledge.ts';
import {
  type AskedPage,
  openLogs,
  readClock,
  readPages,
  readReceipts,
  readStateAgo,
  readStates,
} from '../shop-log/read-log.ts';
import { recordProgress } from '../shop-log/record-progress.ts';
import type { BrokerSenders } from './broker.ts';
import type { ServiceContext } from './context.ts';

export function startGatewayRole(
  context: ServiceContext,
  { broadcast }: BrokerSenders,
  server: Server,
): Gateway {
  const { config, access, pool, lanes, registry, logger, stepMs } = context;
  const observe = observeGateway(registry);
  const acks = createTurns((work) => lanes.run('acks', work));
  const newShops = createRateLimit({ count: config.limits.newShopsPerMinute, seconds: 60 });
  const gateway = startGateway({
    app: server.app,
    settings: config.gateway,
    authorise: access.authorise,
    limits: { ...config.limits, newShops },
    log: logReader(pool, (read) => lanes.run('repairs', read)),
    replayLog: logReader(pool, (read) => lanes.run('replays', read)),
    async acknowledge(acknowledgement) {
      const { shopId } = acknowledgement;
      const acknowledged = await acks.run(shopId, () => acknowledge(pool, acknowledgement));
      for (const seconds of acknowledged.secondsSincePaid) observe.acknowledged(seconds);
      return acknowledged;
    },
    async recordProgress(reported) {
      const spoken = await lanes.run('progress', () => recordProgress(pool, reported));
      for (const seconds of spoken) observe.spoken(seconds);
    },
    readClock: () => readClock(pool),
    leases: createGatewayLeases(pool, (work) => lanes.run('presence', work)),
    isRemovedTill: (till) => context.removedTills.has(till),
    plainHears: config.presence.plainHears,
    refuse(res, refusal) {
      observe.refused(refusal.reason);
      const closeConnection = refusal.endsConnection === true;
      send(res, refusalReply(refusal), { serverHeaders: access.headers, closeConnection });
    },
    onSocketClosed: () => server.connections.socketClosed(),
    broadcast: (announcement) => broadcast.send(announcement),
    observe,
    spans: context.tracing?.gateway,
    logger,
  });
  context.removedTills.onRemoved((tills) => gateway.endRemovedTills(tills));
  context.gauges.shops(() => gateway.shops());
  context.onStop('stop the gateway', () => gateway.stop(), stepMs);
  const endSockets = async () => {
    await gateway.endSockets(config.drain.socketSeconds);
    // What was published in this turn is written in the next: closing the server at once would lose it.
    await pause(10);
  };
  context.onStop('end the sockets', endSockets, config.drain.socketSeconds * 1000 + stepMs);
  return gateway;
}

/** So many shops, or rows, are asked for in one query: some milliseconds of Postgres. */
const SHOPS_A_QUERY = 500;
const ROWS_A_QUERY = 5_000;
/** One query is answered while the answer to the other is handed out. */
const QUERIES_AT_ONCE = 2;

/** When all sockets come back at once, many shops are asked for in one query. */
function logReader(pool: Queryable, inTurn: <T>(read: () => Promise<T>) => Promise<T>): LogReader {
  const opened = createGather({
    answer: (shopIds: readonly string[]) => inTurn(() => openLogs(pool, shopIds)),
    maxWeight: SHOPS_A_QUERY,
    atOnce: QUERIES_AT_ONCE,
  });
  const pages = createGather({
    answer: (asked: readonly AskedPage[]) => inTurn(() => readPages(pool, asked)),
    weigh: ({ limit }) => limit,
    maxWeight: ROWS_A_QUERY,
    atOnce: QUERIES_AT_ONCE,
  });
  const states = createGather({
    answer: async (shopIds: readonly string[]) => {
      const found = await inTurn(() => readStates(pool, shopIds));
      return shopIds.map((shopId) => found.get(shopId));
    },
    maxWeight: SHOPS_A_QUERY,
    atOnce: QUERIES_AT_ONCE,
  });
  return {
    open: (shopId) => opened.ask(shopId),
    find: (shopId) => states.ask(shopId),
    states: (shopIds) => inTurn(() => readStates(pool, shopIds)),
    page: (shopId, since, limit) => pages.ask({ shopId, since, limit }),
    receipts: (shopId, since, limit) => inTurn(() => readReceipts(pool, shopId, since, limit)),
    stateAgo: (shopId, ms) => inTurn(() => readStateAgo(pool, shopId, ms)),
  };
}
