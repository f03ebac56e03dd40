/**
 * A browser's storage that never throws: it can be switched off, or full. What it does not take lasts as long as the
 * page does.
 */

export type SafeStorage = Pick<Storage, 'getItem' | 'setItem'>;

/** `open` gives the storage; even that throws where cookies are blocked. */
export function safeStorage(open: () => Storage): SafeStorage {
  const kept = new Map<string, string>();
  const attempt = <T>(use: (storage: Storage) => T): T | undefined => {
    try {
      return use(open());
    } catch {
      return undefined;
    }
  };
  return {
    getItem: (key) => kept.get(key) ?? attempt((storage) => storage.getItem(key)) ?? null,
    setItem(key, value) {
      const isStored = attempt((storage) => {
        storage.setItem(key, value);
        return true;
      });
      if (isStored) kept.delete(key);
      else kept.set(key, value);
    },
  };
}
