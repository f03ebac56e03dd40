/** The policies by the number of their version. A version never changes, so each is read once. */

import { type ReadPolicy, readPolicy } from '../../domain/escalation-policy.ts';
import type { Queryable } from '../../platform/postgres.ts';

export interface KnownPolicies {
  /** Also of those that are no policies; one that is missing is missing from the answer. */
  find(client: Queryable, ids: ReadonlySet<number>): Promise<ReadonlyMap<number, ReadPolicy>>;
}

const MOST_KEPT = 10_000;

export function createKnownPolicies(): KnownPolicies {
  const known = new Map<number, ReadPolicy>();
  return {
    async find(client, ids) {
      if (known.size > MOST_KEPT) known.clear();
      const missing = [...ids].filter((id) => !known.has(id));
      if (missing.length > 0) {
        const { rows } = await client.query<{ id: string; body: unknown }>({
          name: 'read-policies',
          text: 'SELECT id, body FROM escalation_policies WHERE id = ANY ($1::bigint[])',
          values: [missing],
        });
        for (const { id, body } of rows) known.set(Number(id), readPolicy(body, namesIn(body)));
      }
      return known;
    },
  };
}

/**
 * The targets were known when the policy was made. One that has been removed from the configuration since stops no step: its
 * deliveries end with the reason.
 */
function namesIn(body: unknown): ReadonlySet<string> {
  const names = new Set<string>();
  JSON.stringify(body, (key, value: unknown) => {
    if (key === 'targets' && Array.isArray(value)) for (const name of value) names.add(String(name));
    return value;
  });
  return names;
}
