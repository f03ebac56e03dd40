/** Who hears in a shop: what gateways keep of it, and how it is asked for. */

import { type Static, Type } from 'typebox';
import { ShopId, UtcInstant } from './order.ts';

const timeOrNull = (description: string) => Type.Union([UtcInstant, Type.Null()], { description });

export const ShopPresence = Type.Object({
  shop: ShopId,
  presence: Type.Enum(['hearing', 'silent', 'deaf'], {
    description: '`deaf`: reported as silent for too long, and not known to hear again yet',
  }),
  since: timeOrNull('since when it hears, or is silent; null where no session that can sound was ever known'),
  deafSince: timeOrNull('when it was reported deaf; null where it is not'),
  gateways: Type.Integer({
    minimum: 0,
    description: 'how many processes have a session of the shop that can sound',
  }),
});
export type ShopPresence = Static<typeof ShopPresence>;

export const DeafShop = Type.Object({
  shop: ShopId,
  since: timeOrNull('since when no session of it can sound'),
  deafSince: UtcInstant,
});
export type DeafShop = Static<typeof DeafShop>;

export interface AskedDeafShops {
  /** The last shop of the page before; empty for the first page. */
  after: string;
  limit: number;
  /** Those that the token covers. */
  shops: '*' | readonly string[];
}

/** At one gateway a shop got its first session that can sound, or lost its last one. */
export interface SoundEdge {
  shopId: string;
  canSound: boolean;
}

/**
 * What a gateway has written counts for as long as its lease is renewed, by Postgres's clock. Each rejects as the statement
 * does where it fails.
 */
export interface GatewayLeases {
  /** Resolves with the identity of the log, which a failover or a restore changes: what was written last may be missing then. */
  begin(gatewayId: string): Promise<string>;
  /** Resolves as `begin`; undefined where the lease has lapsed: it cannot be renewed any more. */
  renew(gatewayId: string): Promise<string | undefined>;
  /** All of them or none. False, and none is, where the lease has lapsed. */
  write(gatewayId: string, edges: readonly SoundEdge[]): Promise<boolean>;
  /** The lease lapses now. */
  retire(gatewayId: string): Promise<void>;
  /** Removes all that was written under it, and the lease. */
  end(gatewayId: string): Promise<void>;
}
