/** The listeners of a bell. Guarantees that one listener's error reaches neither the others nor the link. */

import type { BellEvents } from './types.ts';

export interface Listeners {
  /** Returns what ends it, at once: also for the event that is under way. */
  on<K extends keyof BellEvents>(name: K, listener: (event: BellEvents[K]) => void): () => void;
  emit<K extends keyof BellEvents>(name: K, event: BellEvents[K]): void;
}

type Kept = { readonly [K in keyof BellEvents]: Set<{ call(event: BellEvents[K]): void }> };

export function createListeners(report: (error: unknown) => void): Listeners {
  const kept: Kept = {
    notification: new Set(),
    receipt: new Set(),
    escalation: new Set(),
    state: new Set(),
    gap: new Set(),
    refusal: new Set(),
  };
  return {
    on(name, listener) {
      const entry = { call: listener };
      kept[name].add(entry);
      return () => void kept[name].delete(entry);
    },
    emit(name, event) {
      for (const entry of [...kept[name]]) {
        if (!kept[name].has(entry)) continue;
        try {
          entry.call(event);
        } catch (error) {
          report(error);
        }
      }
    },
  };
}
