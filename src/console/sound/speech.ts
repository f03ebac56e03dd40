/**
 * One utterance at a time, by a speech synthesis that may do anything. Guarantees that saying something ends exactly
 * once and within its limit, whatever events come: none, half of them, all of them twice, late, or from within the
 * call; and that nothing is left speaking then.
 *
 * | state    | means                             | leaves by                                                    |
 * | -------- | --------------------------------- | ------------------------------------------------------------ |
 * | clearing | what was there before is let go   | a moment later → waiting; abort → over                       |
 * | waiting  | handed to the browser             | start → speaking; end, error, abort, START_MS → over         |
 * | speaking | has begun                         | end, error, abort, the text's limit → over                   |
 * | over     | whatever comes late is ignored    | –                                                            |
 */

import type { Clock, SpokenWords, Synthesis } from './parts.ts';

/**
 * `refused`: the browser wants a click first. `interrupted`: another page cut it. `cancelled`: the signal was aborted.
 * `failed`: all else, also when no more events came.
 */
export type SpeechEnding = 'spoken' | 'failed' | 'refused' | 'interrupted' | 'cancelled';

export interface Speech {
  say(words: SpokenWords, signal: AbortSignal): Promise<SpeechEnding>;
  /** Says nothing, aloud: in a click, it is what Safari takes for leave to speak later. */
  prime(): void;
}

/** Without a start by then it has failed. Remote voices begin within a second or two. */
export const START_MS = 4_000;
/** Chrome drops what is spoken in the same moment as a `cancel`. */
const CLEAR_MS = 100;
/** Chrome stops remote voices after 15 s, unless they are nudged. */
const NUDGE_MS = 10_000;

/** Milliseconds that a slow voice takes for the text, and half as much again. At least 4 s. */
export function limitMs(text: string, rate: number): number {
  let ms = 0;
  for (const character of text) ms += characterMs(character);
  return Math.max(4_000, 2_000 + (1.5 * ms) / rate);
}

function characterMs(character: string): number {
  if (/[0-9]/.test(character)) return 350;
  return character > '\u2e7f' ? 250 : 90;
}

export function createSpeech(synthesis: Synthesis | undefined, clock: Clock): Speech {
  if (synthesis === undefined) return { say: async () => 'failed', prime() {} };
  /** Chrome frees an utterance without a reference, and its end never comes. */
  const held = new Set<unknown>();
  let isPrimed = false;
  let clearAt = 0;

  function clear(): void {
    clearAt = clock.steadyNow() + CLEAR_MS;
    quietly(() => synthesis?.cancel());
  }

  function speak(words: SpokenWords, signal: AbortSignal, browser: Synthesis): Promise<SpeechEnding> {
    return new Promise((resolve) => {
      let utterance: unknown;
      let isOver = false;
      let hasStarted = false;
      let cancelWatch = () => {};
      let cancelNudge = () => {};

      const finish = (ending: SpeechEnding) => {
        if (isOver) return;
        isOver = true;
        cancelWatch();
        cancelNudge();
        signal.removeEventListener('abort', onAbort);
        held.delete(utterance);
        if (ending !== 'spoken') clear();
        resolve(ending);
      };
      const onAbort = () => finish('cancelled');
      const watch = (ms: number) => {
        cancelWatch();
        cancelWatch = clock.after(ms, () => finish('failed'));
      };
      const nudge = () => {
        quietly(() => browser.nudge());
        if (!isOver) cancelNudge = clock.after(NUDGE_MS, nudge);
      };
      const onStart = () => {
        if (isOver || hasStarted) return;
        hasStarted = true;
        watch(limitMs(words.text, words.rate));
        if (words.voice?.localService === false) cancelNudge = clock.after(NUDGE_MS, nudge);
      };

      signal.addEventListener('abort', onAbort);
      watch(START_MS);
      try {
        utterance = browser.speak(words, {
          start: onStart,
          end: () => finish('spoken'),
          error: (code) => finish(endingOf(code)),
        });
        if (!isOver) held.add(utterance);
      } catch {
        finish('failed');
      }
    });
  }

  return {
    async say(words, signal) {
      if (synthesis.isBusy) clear();
      const waitMs = clearAt - clock.steadyNow();
      if (waitMs > 0) await pause(waitMs, clock);
      return signal.aborted ? 'cancelled' : speak(words, signal, synthesis);
    },
    prime() {
      if (isPrimed || synthesis.isBusy) return;
      isPrimed = true;
      let utterance: unknown;
      const over = () => held.delete(utterance);
      const failed = () => {
        isPrimed = false;
        over();
      };
      quietly(() => {
        const words = { text: ' ', lang: '', voice: undefined, rate: 1, volume: 0 };
        utterance = synthesis.speak(words, { start() {}, end: over, error: failed });
        if (isPrimed) held.add(utterance);
      });
    },
  };
}

function endingOf(code: string): SpeechEnding {
  if (code === 'not-allowed') return 'refused';
  return code === 'interrupted' || code === 'canceled' ? 'interrupted' : 'failed';
}

function pause(ms: number, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    clock.after(ms, resolve);
  });
}

/** What the browser throws must not stop the next utterance. */
function quietly(call: () => void): void {
  try {
    call();
  } catch {
    // There is nothing to undo.
  }
}
