/**
 * Runs in the page, before its own scripts. A headless browser has no voices and says nothing, so what stands behind
 * `speechSynthesis.speak` is a fake: it keeps what was to be said, and ends it as the test wants. The utterances and
 * their events are the browser's own. Chimes are counted where Web Audio's oscillators start.
 */

/** How an utterance goes: it ends by itself, nothing ever happens, the browser refuses it, or the voice breaks. */
export type SpeechMode = 'ends' | 'hangs' | 'not-allowed' | 'breaks';

export interface Utterance {
  text: string;
  lang: string;
  rate: number;
  volume: number;
  /** Milliseconds since 1970. */
  at: number;
}

export interface ObservedSpeech {
  mode: SpeechMode;
  spoken: Utterance[];
  /** How many of them were said to their end. */
  ended: number;
  chimes: number;
  cancelled: number;
}

declare global {
  interface Window {
    speechMode?: SpeechMode;
    observedSpeech: ObservedSpeech;
  }
}

const SPOKEN_MS = 30;

const ERRORS: Partial<Record<SpeechMode, SpeechSynthesisErrorCode>> = {
  'not-allowed': 'not-allowed',
  breaks: 'synthesis-failed',
};

const observed: ObservedSpeech = {
  mode: window.speechMode ?? 'ends',
  spoken: [],
  ended: 0,
  chimes: 0,
  cancelled: 0,
};
window.observedSpeech = observed;

class FakeSynthesis extends EventTarget {
  readonly paused = false;
  #queue: SpeechSynthesisUtterance[] = [];
  #current: SpeechSynthesisUtterance | undefined;

  get pending(): boolean {
    return this.#queue.length > 0;
  }

  get speaking(): boolean {
    return this.#current !== undefined;
  }

  getVoices(): SpeechSynthesisVoice[] {
    return [];
  }

  pause(): void {}

  resume(): void {}

  speak(utterance: SpeechSynthesisUtterance): void {
    const { text, lang, rate, volume } = utterance;
    observed.spoken.push({ text, lang, rate, volume, at: Date.now() });
    this.#queue.push(utterance);
    if (this.#current === undefined) this.#next();
  }

  cancel(): void {
    const ended = [...(this.#current === undefined ? [] : [this.#current]), ...this.#queue];
    this.#current = undefined;
    this.#queue = [];
    observed.cancelled += ended.length;
    for (const utterance of ended) setTimeout(() => fail(utterance, 'canceled'));
  }

  #next(): void {
    const current = this.#queue.shift();
    this.#current = current;
    if (current === undefined || observed.mode === 'hangs') return;
    setTimeout(() => {
      if (this.#current !== current) return;
      const error = ERRORS[observed.mode];
      if (error !== undefined) {
        fail(current, error);
        this.#next();
        return;
      }
      emit(current, 'start');
      setTimeout(() => {
        if (this.#current !== current) return;
        if (current.text.trim() !== '') observed.ended++;
        emit(current, 'end');
        this.#next();
      }, SPOKEN_MS);
    });
  }
}

function emit(utterance: SpeechSynthesisUtterance, name: string): void {
  utterance.dispatchEvent(new SpeechSynthesisEvent(name, { utterance }));
}

function fail(utterance: SpeechSynthesisUtterance, error: SpeechSynthesisErrorCode): void {
  utterance.dispatchEvent(new SpeechSynthesisErrorEvent('error', { utterance, error }));
}

Object.defineProperty(window, 'speechSynthesis', { value: new FakeSynthesis(), configurable: true });

const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function startAndCount(when?: number) {
  observed.chimes++;
  return start.call(this, when);
};
