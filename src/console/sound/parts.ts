/** What the sound needs of the browser: handed in, so that tests can turn the clock and break each of them. */

import type { RingKind } from './motifs.ts';
import type { ToneName } from './tones.ts';

export interface Clock {
  /** Milliseconds of a clock that never jumps. */
  steadyNow(): number;
  /** Milliseconds since 1970: the same in all tabs, but may be set. */
  wallNow(): number;
  /** Calls once, after so many milliseconds or, in a hidden tab, later. Returns what takes that back. */
  after(ms: number, call: () => void): () => void;
}

/** A browser's `SpeechSynthesisVoice`. */
export interface Voice {
  readonly name: string;
  readonly lang: string;
  readonly localService: boolean;
  readonly default: boolean;
  readonly voiceURI: string;
}

export interface SpokenWords {
  readonly text: string;
  readonly lang: string;
  readonly voice: Voice | undefined;
  readonly rate: number;
  readonly volume: number;
}

/** The events of an utterance: none may ever come, or each twice, late, or from within `speak`. */
export interface UtteranceEvents {
  start(): void;
  end(): void;
  error(code: string): void;
}

export interface Synthesis {
  voices(): readonly Voice[];
  /** Returns what has to be held on to until it ends: Chrome frees an utterance without a reference, silently. */
  speak(words: SpokenWords, events: UtteranceEvents): unknown;
  /** Something is being spoken, or waits for it. */
  readonly isBusy: boolean;
  cancel(): void;
  /** Keeps a long utterance from being cut; nothing where that would do harm. */
  nudge(): void;
  /** Returns what ends it. */
  onVoices(listener: () => void): () => void;
}

export interface Melody {
  readonly tone: ToneName;
  readonly kind: RingKind;
  /** 0 to 1. */
  readonly volume: number;
}

export interface Playing {
  /** The sound card has moved on since the start. */
  hasMoved(): boolean;
  stop(): void;
}

export interface AudioOut {
  readonly isRunning: boolean;
  /** Lets it run, if the browser does. Never throws. */
  resume(): void;
  play(melody: Melody, onEnded: () => void): Playing;
  /** Returns what ends it. */
  onState(listener: () => void): () => void;
  close(): void;
}

/** The part of a browser's `LockManager` that is used. */
export interface Locks {
  request(
    name: string,
    options: { readonly signal?: AbortSignal; readonly steal?: boolean },
    whileHeld: () => Promise<void>,
  ): Promise<unknown>;
}

/** What all tabs of the origin share. Each access may throw. */
export interface Storage {
  get(key: string): string | null;
  set(key: string, value: string): void;
  remove(key: string): void;
}

export interface SoundPage {
  readonly isVisible: boolean;
  /** The page has had a click or a key press since it was loaded; undefined where the browser does not show it. */
  readonly hasBeenActive: boolean | undefined;
  /** Returns what ends it. */
  watch(listener: SoundPageListener): () => void;
}

export interface SoundPageListener {
  /** The page may never run again. */
  away(): void;
  /** It runs on. */
  back(): void;
  /** It can be seen, or no longer. */
  visibility(): void;
}

export interface SoundParts {
  readonly clock: Clock;
  /** In [0, 1). */
  random(): number;
  readonly page: SoundPage;
  readonly synthesis: Synthesis | undefined;
  readonly audio: AudioOut | undefined;
  readonly locks: Locks | undefined;
  readonly storage: Storage;
  /** Another tab has written this key, or all of them. Returns what ends it. */
  onStorage(listener: (key: string | null) => void): () => void;
}
