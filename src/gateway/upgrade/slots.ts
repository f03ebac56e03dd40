/**
 * How many sockets there are, and whose. No address, no shop, no subject within a shop, and not all together have more than
 * their limits, upgrades in progress included: a slot is taken before anything is awaited, and released once. A session that
 * replaces another counts beside it until that one has ended, and fits in where that one did.
 */

export interface SlotLimits {
  /** 0 is without a limit, in each of them. */
  readonly connectionsPerAddress: number;
  readonly connectionsPerShop: number;
  /** Of one subject in one shop. */
  readonly connectionsPerSubject: number;
  readonly connections: number;
}

/** Which limit is reached. */
export type Full = 'address' | 'shop' | 'subject' | 'all';

/** May be called twice. */
export type ReleaseSlot = () => void;

export interface Occupant {
  address: string;
  shopId: string;
  /** Undefined is not limited. */
  subject?: string | undefined;
  /** Of the session that this one is going to replace. */
  replaces?: ReleaseSlot | undefined;
}

export interface Slots {
  /** How many are taken. */
  readonly size: number;
  /** What it returns releases the slot again. */
  take(occupant: Occupant): ReleaseSlot | Full;
}

export function createSlots(limits: SlotLimits): Slots {
  const tallies = {
    all: createTally(limits.connections),
    address: createTally(limits.connectionsPerAddress),
    shop: createTally(limits.connectionsPerShop),
    subject: createTally(limits.connectionsPerSubject),
  };
  const names = ['all', 'address', 'shop', 'subject'] as const;
  type Keys = Record<Full, string | undefined>;
  /** Those that no other session is about to replace. */
  const replaceable = new Map<ReleaseSlot, Keys>();
  const taken = new Map<ReleaseSlot, Keys>();

  return {
    get size() {
      return tallies.all.of('');
    },
    take({ address, shopId, subject, replaces }) {
      const ofSubject = subject === undefined ? undefined : `${shopId}/${subject}`;
      const keys: Keys = { all: '', address, shop: shopId, subject: ofSubject };
      const old = replaces && replaceable.get(replaces);
      const full = names.find((name) => {
        const key = keys[name];
        return key !== undefined && tallies[name].isFull(key, old?.[name] === key ? 1 : 0);
      });
      if (full !== undefined) return full;
      const change = (by: 1 | -1) => {
        for (const name of names) tallies[name].add(keys[name], by);
      };
      change(1);
      if (replaces !== undefined && old !== undefined) replaceable.delete(replaces);
      const releaseSlot = () => {
        if (!taken.delete(releaseSlot)) return;
        replaceable.delete(releaseSlot);
        change(-1);
        const still = replaces && taken.get(replaces);
        if (replaces !== undefined && old !== undefined && still !== undefined)
          replaceable.set(replaces, still);
      };
      taken.set(releaseSlot, keys);
      replaceable.set(releaseSlot, keys);
      return releaseSlot;
    },
  };
}

function createTally(most: number) {
  const counts = new Map<string, number>();
  const of = (key: string) => counts.get(key) ?? 0;
  return {
    of,
    /** `spare` of them are about to be released. */
    isFull: (key: string, spare: number) => most > 0 && of(key) - spare >= most,
    add(key: string | undefined, by: 1 | -1): void {
      if (key === undefined) return;
      const left = of(key) + by;
      if (left > 0) counts.set(key, left);
      else counts.delete(key);
    },
  };
}
