/** The escalation policy that is in force for a shop, as it is asked for and answered. */

import { type Static, Type } from 'typebox';
import { EscalationPolicy } from './escalation-policy.ts';
import { ShopId } from './order.ts';

export const ShopPolicy = Type.Object(
  {
    shop: ShopId,
    source: Type.Enum(['shop', 'default', 'none'], {
      description: "`shop`: the shop's own; `default`: the configured one; `none`: nothing escalates",
    }),
    version: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], {
      description: 'the number of this version; another one gets another number',
    }),
    madeAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
    policy: Type.Union([EscalationPolicy, Type.Null()]),
  },
  { description: 'It applies to the notifications that are logged from now on.' },
);
export type ShopPolicy = Static<typeof ShopPolicy>;

/** What reads and changes the policies of shops. */
export interface PolicyStore {
  read(shopId: string): Promise<ShopPolicy>;
  /** `policy` must have been read. `madeBy` is the subject of the token. */
  set(shopId: string, policy: EscalationPolicy, madeBy: string | undefined): Promise<ShopPolicy>;
  /** From then on the default applies. */
  remove(shopId: string): Promise<ShopPolicy>;
}
