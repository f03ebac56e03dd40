/**
 * One chime at a time, on a sound card that may not be there. Guarantees that playing ends within a second of
 * the chime's length, whether or not the browser lets it sound or ever reports its end.
 */

import type { AudioOut, Clock, Melody } from './parts.ts';
import { lengthMs } from './tones.ts';

export interface Chime {
  play(melody: Melody, signal: AbortSignal): Promise<ChimeEnding>;
}

/** `refused`: the browser does not let it run. `cancelled`: the signal was aborted. `failed`: no sound was made. */
export type ChimeEnding = 'chimed' | 'failed' | 'refused' | 'cancelled';

/** How long a suspended sound card may take to wake. */
const WAKE_MS = 500;
/** How much later than its length a chime may end. */
const SLACK_MS = 500;

export function createChime(audio: AudioOut | undefined, clock: Clock): Chime {
  return {
    async play(melody, signal) {
      if (signal.aborted) return 'cancelled';
      if (audio === undefined) return 'failed';
      if (!audio.isRunning) await wake(audio, clock, signal);
      if (signal.aborted) return 'cancelled';
      if (!audio.isRunning) return 'refused';
      return playToEnd(audio, melody, clock, signal);
    },
  };
}

/** Until it runs, but no longer than it may take. */
function wake(audio: AudioOut, clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      forget();
      cancel();
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const forget = audio.onState(() => {
      if (audio.isRunning) finish();
    });
    const cancel = clock.after(WAKE_MS, finish);
    signal.addEventListener('abort', finish);
    audio.resume();
  });
}

function playToEnd(audio: AudioOut, melody: Melody, clock: Clock, signal: AbortSignal) {
  return new Promise<ChimeEnding>((resolve) => {
    const finish = (ending: ChimeEnding) => {
      cancel();
      signal.removeEventListener('abort', onAbort);
      resolve(ending);
    };
    const onAbort = () => {
      playing.stop();
      finish('cancelled');
    };
    const onLate = () => {
      const moved = playing.hasMoved();
      playing.stop();
      finish(moved ? 'chimed' : 'failed');
    };
    const cancel = clock.after(lengthMs(melody) + SLACK_MS, onLate);
    const playing = audio.play(melody, () => finish('chimed'));
    signal.addEventListener('abort', onAbort);
  });
}
