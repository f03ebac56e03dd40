/**
 * Something that all tabs of a shop know. Guarantees that nothing here throws: a browser may refuse its storage or fill
 * it up, and any page of the origin may write to it. Where it cannot be kept, each tab knows its own.
 */

import type { Storage } from './parts.ts';

export interface SharedNote<T> {
  read(): T | undefined;
  /** False where it is not kept. */
  write(value: T): boolean;
  clear(): void;
}

/** `decode` returns undefined for what is not such a note. */
export function createSharedNote<T>(
  storage: Storage,
  key: string,
  decode: (value: unknown) => T | undefined,
): SharedNote<T> {
  return {
    read() {
      try {
        return decode(JSON.parse(storage.get(key) ?? 'null'));
      } catch {
        return undefined;
      }
    },
    write(value) {
      try {
        storage.set(key, JSON.stringify(value));
        return true;
      } catch {
        return false;
      }
    },
    clear() {
      try {
        storage.remove(key);
      } catch {
        // It was never kept.
      }
    },
  };
}
