/**
 * Whether the browser lets anything sound: most want a click first. Guarantees that it never counts as open
 * while the sound still lacks a click, as far as browsers show that.
 *
 * | state  | means                       | leaves by                                                                |
 * | ------ | --------------------------- | ------------------------------------------------------------------------ |
 * | closed | nothing sounds              | a click, or audio that runs, which some browsers allow at once → open     |
 * | open   | sound works                 | the browser refuses to sound → closed, until the next click               |
 */

import type { AudioOut, SoundPage } from './parts.ts';

export interface Gate {
  readonly isOpen: boolean;
  /** To be called from within a click. */
  unlock(): void;
  /** The browser would not let something sound. */
  refuse(): void;
  stop(): void;
}

export interface GateOptions {
  readonly page: SoundPage;
  readonly audio: AudioOut | undefined;
  /** Only when it has opened or closed. */
  onChange(): void;
}

export function createGate({ page, audio, onChange }: GateOptions): Gate {
  let isClicked = page.hasBeenActive === true;
  let isRefused = false;
  let wasOpen = isOpen();

  function isOpen(): boolean {
    return !isRefused && (isClicked || audio?.isRunning === true);
  }

  function report(): void {
    if (isOpen() === wasOpen) return;
    wasOpen = !wasOpen;
    onChange();
  }

  const forget = audio?.onState(() => {
    // Audio that was refused, and runs now, is no longer refused.
    if (audio.isRunning && isClicked) isRefused = false;
    report();
  });

  return {
    get isOpen() {
      return isOpen();
    },
    unlock() {
      audio?.resume();
      // The call did not come from within a click, where the browser shows that.
      if (page.hasBeenActive === false) return;
      isClicked = true;
      isRefused = false;
      report();
    },
    refuse() {
      isRefused = true;
      report();
    },
    stop: () => forget?.(),
  };
}
