/**
 * Whether the browser lets anything sound: most want a click first. Guarantees that it is never thought open where
 * nothing could be heard for want of a click, as far as browsers tell.
 *
 * | state  | means                       | leaves by                                                                |
 * | ------ | --------------------------- | ------------------------------------------------------------------------ |
 * | closed | nobody would hear anything  | a click, or audio that runs, which some browsers allow at once → open     |
 * | open   | what sounds is heard        | the browser refuses to sound → closed, until the next click               |
 */

import type { AudioOut, SoundPage } from './parts.ts';

export interface Gate {
  readonly isOpen: boolean;
  /** Somebody has clicked, and this is still that moment. */
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
      // A call that is none of a click, where the browser can tell.
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
