/**
 * Keeping the position from one visit of the page to the next. Guarantees that nothing here throws, and that what is
 * loaded is a position: a browser may refuse its storage or fill it up, and any script of the page may write to it.
 */

import { isCount, isEpoch, isRecord } from './guards.ts';
import type { Position, PositionStore } from './types.ts';

type Storage = Pick<globalThis.Storage, 'getItem' | 'setItem'>;

/** `storage` is asked each time, since the mere access throws where the user has switched it off. */
export function createLocalStore(
  key: string,
  storage: () => Storage | undefined = () => globalThis.localStorage,
): PositionStore {
  return {
    load() {
      try {
        return readPosition(JSON.parse(storage()?.getItem(key) ?? 'null'));
      } catch {
        return undefined;
      }
    },
    save(position) {
      try {
        storage()?.setItem(key, JSON.stringify(position));
      } catch {
        // Full, or forbidden: the page goes on as one that keeps nothing.
      }
    },
  };
}

/** The position, if it is one. */
export function readPosition(value: unknown): Position | undefined {
  if (!isRecord(value)) return undefined;
  const { epoch, seq, receipts } = value;
  return isEpoch(epoch) && isCount(seq) && isCount(receipts) ? { epoch, seq, receipts } : undefined;
}
