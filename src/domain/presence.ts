/** Who hears in a shop: what gateways keep of it, and how it is asked for. */

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
