/**
 * The leases of gateways in Postgres, and what gateways have written under them. Guarantees that a statement which comes
 * late, after its lease has lapsed or was retired, writes nothing that counts.
 */

import type pg from 'pg';
import type { GatewayLeases } from '../../domain/presence.ts';
import type { Queryable } from '../../platform/postgres.ts';

/** Three times what a gateway needs to renew it. */
export const LEASE_SECONDS = 15;

/** Runs each statement when its turn comes. */
type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

export function createGatewayLeases(pool: Queryable, inTurn: InTurn): GatewayLeases {
  const query = <Row extends pg.QueryResultRow>(statement: pg.QueryConfig) =>
    inTurn(() => pool.query<Row>(statement));
  return {
    async begin(gatewayId) {
      const { rows } = await query<{ identity: string }>({
        name: 'begin-lease',
        text: `INSERT INTO gateways (id, lapses_at) VALUES ($1, clock_timestamp() + make_interval(secs => $2))
               RETURNING log_identity() AS identity`,
        values: [gatewayId, LEASE_SECONDS],
      });
      return rows[0]?.identity ?? '';
    },
    async renew(gatewayId) {
      const { rows } = await query<{ identity: string }>({
        name: 'renew-lease',
        text: `UPDATE gateways SET lapses_at = clock_timestamp() + make_interval(secs => $2)
               WHERE id = $1 AND lapses_at > clock_timestamp() RETURNING log_identity() AS identity`,
        values: [gatewayId, LEASE_SECONDS],
      });
      return rows[0]?.identity;
    },
    async write(gatewayId, edges) {
      const shops = (canSound: boolean) =>
        edges.filter((edge) => edge.canSound === canSound).map(({ shopId }) => shopId);
      const { rows } = await query<{ written: boolean }>({
        name: 'write-hearing',
        text: 'SELECT write_hearing($1, $2::text[], $3::text[]) AS written',
        values: [gatewayId, shops(true), shops(false)],
      });
      return rows[0]?.written === true;
    },
    async retire(gatewayId) {
      await query({
        name: 'retire-lease',
        text: `UPDATE gateways SET lapses_at = '-infinity' WHERE id = $1`,
        values: [gatewayId],
      });
    },
    async end(gatewayId) {
      await query({ name: 'end-gateway', text: 'SELECT end_gateway($1)', values: [gatewayId] });
    },
  };
}
