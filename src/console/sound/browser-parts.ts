/** A browser, as the sound needs it. Guarantees that making the parts never throws: what is missing or forbidden is left out. */

import type { Clock, Locks, SoundPage, SoundParts, Storage, Synthesis } from './parts.ts';
import { createAudioOut } from './web-audio.ts';

type BrowserWindow = Window & typeof globalThis;

export function browserParts(after: Clock['after'], scope: BrowserWindow = window): SoundParts {
  return {
    clock: {
      steadyNow: () => scope.performance.now(),
      wallNow: () => Date.now(),
      after,
    },
    random: Math.random,
    page: pageOf(scope),
    synthesis: orNone(() => synthesisOf(scope)),
    audio: orNone(() => createAudioOut(new scope.AudioContext())),
    locks: orNone(() => scope.navigator.locks as Locks | undefined),
    storage: storageOf(scope),
    onStorage(listener) {
      return listen(scope, 'storage', (event) => listener((event as StorageEvent).key));
    },
  };
}

function synthesisOf(scope: BrowserWindow): Synthesis | undefined {
  const synthesis = scope.speechSynthesis as SpeechSynthesis | undefined;
  if (synthesis === undefined) return undefined;
  // There a pause ends the utterance.
  const isAndroid = /android/i.test(scope.navigator.userAgent);
  return {
    voices: () => synthesis.getVoices(),
    speak({ text, lang, voice, rate, volume }, { start, end, error }) {
      const utterance = new scope.SpeechSynthesisUtterance(text);
      utterance.lang = lang;
      if (voice !== undefined) utterance.voice = voice;
      utterance.rate = rate;
      utterance.volume = volume;
      utterance.onstart = start;
      utterance.onboundary = start;
      utterance.onend = end;
      utterance.onerror = (event) => error(event.error);
      // Another page may have left it paused: then nothing would ever start.
      synthesis.resume();
      synthesis.speak(utterance);
      return utterance;
    },
    get isBusy() {
      return synthesis.speaking || synthesis.pending;
    },
    cancel: () => synthesis.cancel(),
    nudge() {
      if (isAndroid) return;
      synthesis.pause();
      synthesis.resume();
    },
    onVoices(listener) {
      // In Safari before 16 it is no event target.
      return 'addEventListener' in synthesis ? listen(synthesis, 'voiceschanged', listener) : () => {};
    },
  };
}

function pageOf(scope: BrowserWindow): SoundPage {
  const { document } = scope;
  return {
    get isVisible() {
      return document.visibilityState === 'visible';
    },
    get hasBeenActive() {
      return (scope.navigator.userActivation as UserActivation | undefined)?.hasBeenActive;
    },
    watch({ away, back, visibility }) {
      const ends = [
        listen(scope, 'pagehide', away),
        listen(document, 'freeze', away),
        listen(scope, 'pageshow', back),
        listen(document, 'resume', back),
        listen(document, 'visibilitychange', visibility),
      ];
      return () => {
        for (const end of ends) end();
      };
    },
  };
}

/** The mere access throws where the user has switched it off. */
function storageOf(scope: BrowserWindow): Storage {
  return {
    get: (key) => scope.localStorage.getItem(key),
    set: (key, value) => scope.localStorage.setItem(key, value),
    remove: (key) => scope.localStorage.removeItem(key),
  };
}

function listen(target: EventTarget, name: string, listener: (event: Event) => void): () => void {
  target.addEventListener(name, listener);
  return () => target.removeEventListener(name, listener);
}

function orNone<T>(make: () => T | undefined): T | undefined {
  try {
    return make() ?? undefined;
  } catch {
    return undefined;
  }
}
