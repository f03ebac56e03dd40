/** A sound card behind Web Audio, at the boundary of the browser: it may sleep, refuse to wake, or say nothing. */

import type { RingKind } from '../../../src/console/sound/motifs.ts';
import type { AudioOut, Clock } from '../../../src/console/sound/parts.ts';
import { lengthMs, type ToneName } from '../../../src/console/sound/tones.ts';

export interface FakeAudio extends AudioOut {
  isRunning: boolean;
  /** Whether `resume` wakes it, as after a click. */
  mayRun: boolean;
  /** Of what is played: `stalls` never moves on, `mute` forgets to tell the end. */
  behaviour: 'plays' | 'mute' | 'stalls';
  /** Which motifs were played, in order. */
  readonly played: RingKind[];
  /** When each began, by the steady clock. */
  readonly playedAt: number[];
  readonly tones: ToneName[];
  readonly volumes: number[];
  stops: number;
  isClosed: boolean;
  setRunning(isRunning: boolean): void;
}

export function createFakeAudio(clock: Clock, isRunning = true): FakeAudio {
  const listeners = new Set<() => void>();
  const audio: FakeAudio = {
    isRunning,
    mayRun: true,
    behaviour: 'plays',
    played: [],
    playedAt: [],
    tones: [],
    volumes: [],
    stops: 0,
    isClosed: false,
    setRunning(runs) {
      audio.isRunning = runs;
      for (const listener of [...listeners]) listener();
    },
    resume() {
      if (audio.mayRun && !audio.isRunning) clock.after(20, () => audio.setRunning(true));
    },
    play(melody, onEnded) {
      audio.played.push(melody.kind);
      audio.playedAt.push(clock.steadyNow());
      audio.tones.push(melody.tone);
      audio.volumes.push(melody.volume);
      const { behaviour } = audio;
      const cancel = behaviour === 'plays' ? clock.after(lengthMs(melody), onEnded) : () => {};
      return {
        hasMoved: () => behaviour !== 'stalls',
        stop() {
          audio.stops++;
          cancel();
        },
      };
    },
    onState(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      audio.isClosed = true;
    },
  };
  return audio;
}
