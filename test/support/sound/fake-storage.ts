/**
 * The storage that the tabs of an origin share, as Chrome has it: a tab sees its own writes at once and those of the
 * others a little later, together with their event; in the end all see what was written last.
 */

import type { Clock, Storage } from '../../../src/console/sound/parts.ts';

export interface FakeStorage {
  /** `run` is how the tab hears of others' writes: later, if it is asleep. */
  of(
    tab: string,
    run?: (call: () => void) => void,
  ): { readonly storage: Storage; onStorage(listener: (key: string | null) => void): () => void };
  drop(tab: string): void;
  /** What was written last. */
  get(key: string): string | undefined;
  set(key: string, value: string): void;
}

interface Written {
  readonly value: string | null;
  readonly order: number;
}

interface View {
  readonly keys: Map<string, Written>;
  readonly listeners: Set<(key: string | null) => void>;
  readonly run: (call: () => void) => void;
}

export function createFakeStorage(clock: Clock, latencyMs = 5): FakeStorage {
  const last = new Map<string, Written>();
  const views = new Map<string, View>();
  let order = 0;

  function write(tab: string | undefined, key: string, value: string | null): void {
    const written = { value, order: ++order };
    last.set(key, written);
    if (tab !== undefined) views.get(tab)?.keys.set(key, written);
    for (const [other, view] of views) {
      if (other === tab) continue;
      const deliver = () => {
        if ((view.keys.get(key)?.order ?? 0) > written.order || !views.has(other)) return;
        view.keys.set(key, written);
        for (const listener of [...view.listeners]) listener(key);
      };
      clock.after(latencyMs, () => view.run(deliver));
    }
  }

  return {
    of(tab, run = (call) => call()) {
      const view: View = { keys: new Map(last), listeners: new Set(), run };
      views.set(tab, view);
      return {
        storage: {
          get: (key) => view.keys.get(key)?.value ?? null,
          set: (key, value) => write(tab, key, value),
          remove: (key) => write(tab, key, null),
        },
        onStorage(listener) {
          view.listeners.add(listener);
          return () => view.listeners.delete(listener);
        },
      };
    },
    drop: (tab) => views.delete(tab),
    get: (key) => last.get(key)?.value ?? undefined,
    set: (key, value) => write(undefined, key, value),
  };
}

/** What a browser does whose user has forbidden storage. */
export const forbiddenStorage: Storage = {
  get: forbid,
  set: forbid,
  remove: forbid,
};

function forbid(): never {
  throw new DOMException('The operation is insecure.', 'SecurityError');
}
