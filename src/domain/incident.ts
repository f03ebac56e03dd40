/** An incident as it is shown to the operator. */

import { type Static, Type } from 'typebox';
import { INCIDENT_KINDS } from './incident-kinds.ts';
import { OrderIdSchema, ShopId, UtcInstant } from './order.ts';
import { PROVIDER_NAMES } from './payment-provider.ts';

const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) =>
  Type.Union([type, Type.Null()]);

/** As text: a 64-bit number. */
export const IncidentId = Type.String({ pattern: '^[1-9][0-9]{0,17}$', description: '1 to 18 digits' });

export const Incident = Type.Object({
  id: IncidentId,
  kind: Type.Enum([...INCIDENT_KINDS]),
  provider: Type.Enum([...PROVIDER_NAMES]),
  orderNumber: Type.String({ description: 'as the notice has it; empty where it cannot be read' }),
  shopId: orNull(ShopId),
  orderId: orNull(OrderIdSchema),
  transactionId: orNull(Type.String()),
  amount: orNull(Type.Integer({ description: 'in fen, as the notice has it' })),
  notice: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]), {
    description: 'what is kept of the notice, as it came for the first time',
  }),
  firstAt: UtcInstant,
  lastAt: UtcInstant,
  times: Type.Integer({ minimum: 1, description: 'how often the notice came' }),
  resolvedAt: orNull(UtcInstant),
  note: orNull(Type.String({ description: 'how it was settled' })),
});
export type Incident = Static<typeof Incident>;

export const INCIDENT_STATES = ['open', 'resolved', 'all'] as const;
export type IncidentState = (typeof INCIDENT_STATES)[number];

export interface AskedIncidents {
  state: IncidentState;
  /** The id after which the page begins. */
  after: string;
  limit: number;
  /** Only incidents that are known to be of these. */
  shops: '*' | readonly string[];
}
