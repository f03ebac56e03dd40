/**
 * When what last rang, known to all tabs: who takes over rings neither at once again nor never again. Guarantees that
 * it stays small, and that what is asked about is never forgotten by the tab that rang it.
 */

import type { SoundParts } from './parts.ts';
import { createSharedNote } from './shared-note.ts';

export interface RungLog {
  /** Milliseconds since 1970. */
  read(): ReadonlyMap<string, number>;
  /** Returns what takes it back: for what was cut short. */
  mark(keys: readonly string[], at: number): () => void;
  /** Only these can still be asked about. */
  keep(keys: Iterable<string>): void;
}

/** Of the newest. Beyond it a tab that takes over may repeat what rang long ago. */
const MOST_SHARED = 500;

type Times = Record<string, number>;

/** `key` is where it is kept: else with what rang, whether or not that was heard to its end. */
export function createRungLog(
  shop: string,
  parts: Pick<SoundParts, 'storage'>,
  key: (shop: string) => string = rungLogKey,
): RungLog {
  const note = createSharedNote(parts.storage, key(shop), readTimes);
  let own = new Map<string, number>();

  function write(changes: ReadonlyMap<string, number | undefined>): void {
    const shared = new Map(Object.entries(note.read() ?? {}));
    for (const [key, at] of changes) {
      for (const map of [own, shared]) {
        map.delete(key);
        if (at !== undefined) map.set(key, at);
      }
    }
    const newest = [...shared].sort(([, a], [, b]) => b - a).slice(0, MOST_SHARED);
    note.write(Object.fromEntries(newest));
  }

  function read(): Map<string, number> {
    return new Map([...own, ...Object.entries(note.read() ?? {})]);
  }

  return {
    read,
    mark(keys, at) {
      const before = read();
      write(new Map(keys.map((key) => [key, at])));
      return () => write(new Map(keys.map((key) => [key, before.get(key)])));
    },
    keep(keys) {
      const wanted = new Set(keys);
      own = new Map([...own].filter(([key]) => wanted.has(key)));
    },
  };
}

export function rungLogKey(shop: string): string {
  return `orderbell-sound-rung:${shop}`;
}

/** Of what was said or chimed to its end. */
export function soundedLogKey(shop: string): string {
  return `orderbell-sound-sounded:${shop}`;
}

function readTimes(value: unknown): Times | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.fromEntries(Object.entries(value).filter(([, at]) => Number.isFinite(at)));
}
