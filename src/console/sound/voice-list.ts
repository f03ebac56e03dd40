/** The browser's voices. Guarantees that waiting for the first ones ends: many browsers have none at first, some never. */

import type { Clock, Synthesis, Voice } from './parts.ts';

export interface VoiceList {
  now(): readonly Voice[];
  /** Waits while the page is new and there are none. Never rejects. */
  untilSome(): Promise<readonly Voice[]>;
  stop(): void;
}

/** Chrome has its own after some 100 ms. */
const FIRST_VOICES_MS = 1_500;

export function createVoiceList(
  synthesis: Synthesis | undefined,
  clock: Clock,
  onChange: () => void,
): VoiceList {
  let isNew = true;
  let waiting: (() => void)[] = [];

  function now(): readonly Voice[] {
    try {
      return synthesis?.voices() ?? [];
    } catch {
      return [];
    }
  }

  function wake(): void {
    isNew = false;
    for (const resolve of waiting) resolve();
    waiting = [];
  }

  // Chrome begins to look for them when it is first asked.
  now();
  const cancel = clock.after(FIRST_VOICES_MS, wake);
  const forget = synthesis?.onVoices(() => {
    if (now().length > 0) wake();
    onChange();
  });

  return {
    now,
    async untilSome() {
      if (isNew && synthesis !== undefined && now().length === 0) {
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
        });
      }
      return now();
    },
    stop() {
      cancel();
      forget?.();
      wake();
    },
  };
}
