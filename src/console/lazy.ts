/**
 * A part of the page that is loaded on demand. Guarantees that what was last asked of it is done once it is there, also where
 * only another try brings it; and that it fails visibly only where something was asked of it.
 */

export interface Lazy<T> {
  /** Something was asked of it, and it could not be loaded. */
  readonly hasFailed: boolean;
  /** At once where it is there, else as soon as it is. */
  use(call: (part: T) => void): void;
  /** Loads it ahead of need, or once more. */
  load(): void;
}

export function createLazy<T>(fetchPart: () => Promise<T>, onChange: () => void): Lazy<T> {
  let part: T | undefined;
  let asked: ((part: T) => void) | undefined;
  let isLoading = false;
  let hasFailed = false;

  async function load(): Promise<void> {
    if (isLoading || part !== undefined) return;
    isLoading = true;
    part = await fetchPart().catch(() => undefined);
    isLoading = false;
    hasFailed = part === undefined && asked !== undefined;
    if (part !== undefined) asked?.(part);
    onChange();
  }
  return {
    get hasFailed() {
      return hasFailed;
    },
    use(call) {
      if (part !== undefined) return call(part);
      asked = call;
      void load();
    },
    load: () => void load(),
  };
}
