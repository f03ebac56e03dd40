/** A speech synthesis that does to each utterance what the test says, at the boundary of the browser. */

import type {
  Clock,
  SpokenWords,
  Synthesis,
  UtteranceEvents,
  Voice,
} from '../../../src/console/sound/parts.ts';

/** One thing heard of an utterance, so many milliseconds after it was handed over; 0 is from within the call. */
export interface Heard {
  readonly afterMs: number;
  readonly what: 'start' | 'end' | { readonly error: string };
}

export type Behaviour = readonly Heard[] | 'throws';

export const SPEAKS: readonly Heard[] = [
  { afterMs: 50, what: 'start' },
  { afterMs: 1_050, what: 'end' },
];
export const STAYS_SILENT: Behaviour = [];
export const NEVER_ENDS: Behaviour = [{ afterMs: 50, what: 'start' }];
export const refuses = (error = 'not-allowed'): Behaviour => [{ afterMs: 0, what: { error } }];
export const fails = (error = 'synthesis-failed'): Behaviour => [{ afterMs: 10, what: { error } }];

export interface Utterance extends SpokenWords {
  readonly at: number;
}

export interface FakeSynthesis extends Synthesis {
  /** What is done to the next utterances. */
  behaviour: Behaviour | ((words: SpokenWords) => Behaviour);
  /** All that were handed over, save what says nothing. */
  readonly utterances: Utterance[];
  /** Their texts. */
  readonly spoken: string[];
  /** The texts of those that were not cut. */
  readonly finished: string[];
  /** How often something that says nothing was handed over. */
  primed: number;
  cancels: number;
  nudges: number;
  /** The browser has these voices now, and says so. */
  setVoices(voices: readonly Voice[]): void;
}

export function createFakeSynthesis(clock: Clock, voices: readonly Voice[] = [LOCAL]): FakeSynthesis {
  const listeners = new Set<() => void>();
  /** What has been handed over and has not ended: the browser's queue. */
  const under = new Set<object>();
  const synthesis: FakeSynthesis = {
    behaviour: SPEAKS,
    utterances: [],
    get spoken() {
      return synthesis.utterances.map(({ text }) => text);
    },
    finished: [],
    primed: 0,
    cancels: 0,
    nudges: 0,
    setVoices(these) {
      voices = these;
      for (const listener of listeners) listener();
    },
    voices: () => voices,
    speak(words, hearing) {
      const utterance = { ...words, at: clock.steadyNow() };
      const isPrimer = words.text.trim() === '';
      if (isPrimer) synthesis.primed++;
      else synthesis.utterances.push(utterance);
      const { behaviour } = synthesis;
      const events = typeof behaviour === 'function' ? behaviour(words) : behaviour;
      if (events === 'throws') throw new Error('this browser does not speak');
      under.add(utterance);
      for (const { afterMs, what } of events) {
        const emit = () => {
          const wasUnder = under.has(utterance);
          if (what !== 'start') under.delete(utterance);
          if (what === 'end' && wasUnder && !isPrimer) synthesis.finished.push(words.text);
          deliver(hearing, what);
        };
        if (afterMs === 0) emit();
        else clock.after(afterMs, emit);
      }
      return utterance;
    },
    get isBusy() {
      return under.size > 0;
    },
    cancel() {
      synthesis.cancels++;
      under.clear();
    },
    nudge() {
      synthesis.nudges++;
    },
    onVoices(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return synthesis;
}

/** Also of an utterance that was cancelled: browsers do tell of those. */
function deliver(hearing: UtteranceEvents, what: Heard['what']): void {
  if (what === 'start') hearing.start();
  else if (what === 'end') hearing.end();
  else hearing.error(what.error);
}

export function voice(name: string, lang: string, more: Partial<Voice> = {}): Voice {
  return { name, lang, localService: true, default: false, voiceURI: name, ...more };
}

export const LOCAL = voice('Tingting', 'zh-CN');
