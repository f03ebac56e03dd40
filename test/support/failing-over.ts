/** What a failover test stands on: a service on a real Postgres with standbys, and the log as an instance has it. */

import { migrateUp } from '../../db/migrate.ts';
import {
  haveStandbys,
  type PostgresNode,
  type ReplicatedPostgres,
  startReplicatedPostgres,
} from './real-standby.ts';
import type { Service } from './service.ts';
import type { SocketClient } from './socket-client.ts';
import { createSurroundings, type Surroundings } from './surroundings.ts';

export interface FailingOver {
  around: Surroundings;
  postgres: ReplicatedPostgres;
  service: Service;
  standby(index: number): PostgresNode;
  /** The primary is killed, the standby promoted, and the service led to it. */
  failOver(from: PostgresNode, to: PostgresNode): Promise<void>;
  /** The order ids of a shop's log in the order of `seq`, and that the numbers have no hole. */
  logOf(node: PostgresNode, shop: string): Promise<{ orderIds: number[]; isContiguous: boolean }>;
  tearDown(): Promise<void>;
}

/** Skips the suite where Postgres cannot be started privately. */
export async function createFailingOver(
  context: Mocha.Context,
  options: { standbys?: number; synchronous?: boolean } = {},
): Promise<FailingOver> {
  if (!haveStandbys()) context.skip();
  const postgres = await startReplicatedPostgres(options);
  await migrateUp(postgres.url);
  const around = await createSurroundings();
  const service = await around.serve({
    DATABASE_URL: postgres.url,
    DATABASE_CONNECT_SECONDS: '1',
    DATABASE_STATEMENT_SECONDS: '2',
    // Another log is noticed by what is logged in it, which is then in it already.
    GATEWAY_COMPARE_SECONDS: '60',
    GATEWAY_PAGE_SIZE: '7',
    GATEWAY_TAIL_LENGTH: '5',
    LIMITS_REQUESTS_PER_SECOND: '0',
  });
  return {
    around,
    postgres,
    service,
    standby(index) {
      const node = postgres.standbys[index];
      if (node === undefined) throw new Error(`there is no standby ${index}`);
      return node;
    },
    async failOver(from, to) {
      await from.kill();
      await to.promote();
      postgres.leadTo(to);
    },
    async logOf(node, shop) {
      const rows = await node.query<{ seq: number; order_id: string }>(
        'SELECT seq::int, order_id FROM notifications WHERE shop_id = $1 ORDER BY seq',
        [shop],
      );
      return {
        orderIds: rows.map(({ order_id }) => Number(order_id)),
        isContiguous: rows.every(({ seq }, index) => seq === index + 1),
      };
    },
    async tearDown() {
      await around.tearDown();
      await postgres.close();
    },
  };
}

/** The orders that a client of either kind was alerted of, in the order in which it was, from a frame on. */
export function ordersOf({ frames }: SocketClient, from = 0): number[] {
  return frames.slice(from).flatMap(({ orderId }) => (orderId === undefined ? [] : Number(orderId)));
}
