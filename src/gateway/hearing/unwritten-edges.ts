/**
 * Which edges Postgres does not have yet. Guarantees that of each shop only the newest state is written, and nothing where
 * it is what Postgres has already. Holds at most one entry for each shop that has sessions or is stored. Pure.
 *
 * One batch is under way at a time; it ends with `written`, or with `rolledBack` where Postgres is known to have none of it.
 * Where that is not known, and where the lease is over, all begins anew.
 */

import type { SoundEdge } from '../../domain/presence.ts';

export interface UnwrittenEdges {
  readonly size: number;
  /** The edges of a shop alternate. */
  add(shopId: string, canSound: boolean): void;
  /** At most so many, the oldest first. */
  take(limit: number): readonly SoundEdge[];
  written(): void;
  rolledBack(): void;
  /** Postgres has nothing: these shops are unwritten, and all others right. */
  startAnew(shops: Iterable<string>): void;
}

export function createUnwrittenEdges(): UnwrittenEdges {
  /** What the shop has come to, where it is not what Postgres has, or will have with the batch that is under way. */
  const unwritten = new Map<string, boolean>();
  let underWay: readonly SoundEdge[] = [];

  function add(shopId: string, canSound: boolean): void {
    // A second edge leads back to what Postgres has.
    if (!unwritten.delete(shopId)) unwritten.set(shopId, canSound);
  }

  return {
    get size() {
      return unwritten.size;
    },
    add,
    take(limit) {
      const batch: SoundEdge[] = [];
      for (const [shopId, canSound] of unwritten) {
        if (batch.length === limit) break;
        batch.push({ shopId, canSound });
      }
      for (const { shopId } of batch) unwritten.delete(shopId);
      underWay = batch;
      return batch;
    },
    written() {
      underWay = [];
    },
    rolledBack() {
      for (const { shopId, canSound } of underWay) add(shopId, canSound);
      underWay = [];
    },
    startAnew(shops) {
      unwritten.clear();
      underWay = [];
      for (const shopId of shops) unwritten.set(shopId, true);
    },
  };
}
