/** What our user needs of Postgres where it owns nothing: which statements of the owner give it that. */

import type { Queryable } from '../../platform/postgres.ts';

/** What the statements of the stages do with each table. */
export const TABLES = {
  announcement_keys: ['SELECT'],
  bell_outbox: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  deaf_watch: ['SELECT', 'UPDATE'],
  deliveries: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  disabled_targets: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  early_resolutions: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  escalation_default: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  escalation_policies: ['SELECT', 'INSERT'],
  escalation_steps: ['SELECT', 'INSERT', 'DELETE'],
  escalations: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  gateways: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  hearing: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  knex_migrations: ['SELECT'],
  log_origin: [], // `log_identity()` reads and writes it, as its owner
  notifications: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  orders: ['SELECT', 'INSERT', 'UPDATE'],
  outbox: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  pairing_codes: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  payment_incidents: ['SELECT', 'INSERT', 'UPDATE'],
  payment_refunds: ['SELECT', 'INSERT', 'UPDATE'],
  progress: ['SELECT', 'INSERT', 'DELETE'],
  push_subscriptions: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  receipts: ['SELECT', 'INSERT'],
  shops: ['SELECT', 'INSERT', 'UPDATE'],
  silent_shops: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  tills: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
};

/** Postgres's own that `log_identity()` calls with its owner's rights. Public, unless the server was locked down. */
const OWNERS_FUNCTIONS = ['pg_control_system()', 'pg_current_wal_lsn()', 'pg_walfile_name(pg_lsn)'];

/** One statement for each privilege that is missing: ours of a table, or the owner's of a function. Undefined without our schema. */
export async function missingGrants(pool: Queryable): Promise<string[] | undefined> {
  const { rows: ours } = await pool.query<{ there: boolean }>(
    `SELECT to_regclass('knex_migrations') IS NOT NULL AS there`,
  );
  if (!ours[0]?.there) return undefined;
  const needed = Object.entries(TABLES).flatMap(([table, privileges]) =>
    privileges.map((privilege) => ({ table, privilege })),
  );
  const { rows } = await pool.query<{ statement: string }>({
    text: `SELECT format('GRANT %s ON %I TO %I', string_agg(privilege, ', '), name, current_user) AS statement
           FROM unnest($1::text[], $2::text[]) AS needed (name, privilege)
           WHERE to_regclass(name) IS NOT NULL AND NOT has_table_privilege(name, privilege) GROUP BY name
           UNION ALL
           SELECT format('GRANT EXECUTE ON FUNCTION %s TO %I', name, pg_get_userbyid(proowner))
           FROM pg_proc, unnest($3::text[]) AS name
           WHERE pg_proc.oid = to_regprocedure('log_identity()')
             AND NOT has_function_privilege(proowner, name, 'EXECUTE')
           ORDER BY 1`,
    values: [needed.map(({ table }) => table), needed.map(({ privilege }) => privilege), OWNERS_FUNCTIONS],
  });
  return rows.map(({ statement }) => statement);
}
