/**
 * How many sockets there are, and whose. Guarantees that no address, no shop and not all together have more than they
 * may, upgrades in progress included: a place is taken before anything is awaited, and given back once.
 */

export interface OccupancyLimits {
  /** 0 is without a limit, in each of them. */
  readonly connectionsPerAddress: number;
  readonly connectionsPerShop: number;
  readonly connections: number;
}

/** Which limit is reached. */
export type Full = 'address' | 'shop' | 'all';

export interface Occupancy {
  readonly size: number;
  /** Takes a place. What it returns gives the place back, and may be called twice. */
  take(address: string, shopId: string): (() => void) | Full;
}

export function createOccupancy(limits: OccupancyLimits): Occupancy {
  const byAddress = createTally(limits.connectionsPerAddress);
  const byShop = createTally(limits.connectionsPerShop);
  const all = createTally(limits.connections);
  return {
    get size() {
      return all.of('');
    },
    take(address, shopId) {
      if (all.isFull('')) return 'all';
      if (byAddress.isFull(address)) return 'address';
      if (byShop.isFull(shopId)) return 'shop';
      all.add('');
      byAddress.add(address);
      byShop.add(shopId);
      let taken = true;
      return () => {
        if (!taken) return;
        taken = false;
        all.remove('');
        byAddress.remove(address);
        byShop.remove(shopId);
      };
    },
  };
}

function createTally(most: number) {
  const counts = new Map<string, number>();
  const of = (key: string) => counts.get(key) ?? 0;
  return {
    of,
    isFull: (key: string) => most > 0 && of(key) >= most,
    add: (key: string) => void counts.set(key, of(key) + 1),
    remove(key: string): void {
      const left = of(key) - 1;
      if (left > 0) counts.set(key, left);
      else counts.delete(key);
    },
  };
}
