/** Verified payments that could not be applied, page by page, for the operator. */

import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { type AskedIncidents, INCIDENT_STATES, Incident, IncidentId } from '../domain/incident.ts';
import { PageLimit, readLimit } from './limit.ts';
import { refusal, success } from './reply.ts';
import type { Route } from './routes.ts';

/** What the URL may say. */
export const IncidentQuery = Type.Object({
  state: Type.Optional(Type.Enum([...INCIDENT_STATES], { default: 'open' })),
  after: Type.Optional(IncidentId),
  limit: PageLimit,
});

export const IncidentPage = Type.Object({
  incidents: Type.Array(Incident),
  next: Type.Union([IncidentId, Type.Null()], { description: 'the `after` of the next page' }),
});
type IncidentPage = Static<typeof IncidentPage>;

const stateRule = Compile(IncidentQuery.properties.state);
const afterRule = Compile(IncidentId);

export function incidentRoutes(list: (asked: AskedIncidents) => Promise<Incident[]>): Route[] {
  return [
    {
      method: 'GET',
      pattern: '/payments/incidents',
      scope: 'ops',
      handle: async ({ query, grant }) => {
        const state = query.get('state') ?? 'open';
        if (!stateRule.Check(state) || state === undefined) {
          return refusal('invalid', `state: must be one of ${INCIDENT_STATES.join(', ')}`);
        }
        const after = query.get('after') ?? '';
        if (after !== '' && !afterRule.Check(after)) {
          return refusal('invalid', 'after: must be the id of an incident');
        }
        const read = readLimit(query);
        if (!read.ok) return read.reply;
        const { limit } = read;
        const asked = { state, after: after === '' ? '0' : after, limit, shops: grant.shops };
        const incidents = await list(asked);
        const last = incidents.length === limit ? incidents.at(-1) : undefined;
        const page: IncidentPage = { incidents, next: last?.id ?? null };
        return success(page);
      },
    },
  ];
}
