/**
 * The roles of `db/roles.sql` on a server of our own, as a deployment has them: what the service may not do shows while
 * it is written. Their passwords follow from the superuser's, so that runs which share a server agree on them.
 */

import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import pg from 'pg';

const script = new URL('../../db/roles.sql', import.meta.url);

export interface RoleUrls {
  /** For migrations. */
  owner: string;
  /** For the service. */
  service: string;
}

/** Makes the roles, or sets their passwords anew. `superuserUrl` names the database of the service. */
export async function separateRoles(superuserUrl: string): Promise<RoleUrls> {
  const { password } = new URL(superuserUrl);
  const passwordOf = (role: string) => createHmac('sha256', password).update(role).digest('hex');
  const client = new pg.Client({ connectionString: superuserUrl, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    await client.query(
      `SELECT set_config('orderbell.owner_password', $1, false), set_config('orderbell.service_password', $2, false)`,
      [passwordOf('owner'), passwordOf('service')],
    );
    await client.query(readFileSync(script, 'utf8'));
  } finally {
    await client.end();
  }
  const urlOf = (role: string) => {
    const url = new URL(superuserUrl);
    url.username = `orderbell_${role}`;
    url.password = passwordOf(role);
    return url.href;
  };
  return { owner: urlOf('owner'), service: urlOf('service') };
}
