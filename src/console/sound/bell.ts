/**
 * One ring at a time: a chime, then words, and where the words stay away a chime in their place. Guarantees that rings
 * sound one after the other, and that each ends exactly once and in bounded time.
 *
 * Speech that has failed a few times in a row rests for a while: then the chime comes at once, and not after each wait
 * for words that never come. A voice that has failed is passed over for longer, so that another has its turn.
 */

import type { Chime } from './chime.ts';
import type { RingKind } from './motifs.ts';
import type { Clock, Voice } from './parts.ts';
import type { Speech, SpeechEnding } from './speech.ts';
import type { SoundSettings } from './types.ts';
import { pickVoice, tagFor } from './voices.ts';

/** `refused`: nothing sounds before the first click. `cancelled`: the signal was aborted. */
export type Ending = 'spoken' | 'chimed' | 'failed' | 'refused' | 'cancelled';

export interface Strike {
  readonly kind: RingKind;
  readonly text: string;
  readonly settings: SoundSettings;
  /** The chime alone, though words are chosen. */
  readonly isWordless?: boolean;
  /** A person asked for the words: tries them even while speech rests. */
  readonly insists?: boolean;
}

export interface SoundBell {
  /** Nothing sounds and nothing waits. */
  readonly isFree: boolean;
  strike(strike: Strike, signal: AbortSignal): Promise<Ending>;
  /** The voices are others now: speech is tried again. */
  refresh(): void;
}

export interface SoundBellOptions {
  readonly speech: Speech;
  readonly chime: Chime;
  readonly clock: Clock;
  /** The browser's voices; waits a little for the first ones. Never rejects. */
  voices(): Promise<readonly Voice[]>;
}

const FAILURES_BEFORE_REST = 2;
const REST_MS = 60_000;
const SILENT_VOICE_MS = 300_000;

export function createBell({ speech, chime, clock, voices }: SoundBellOptions): SoundBell {
  let failures = 0;
  let restsUntil = 0;
  /** Until when it is passed over, by its URI. */
  const silent = new Map<string, number>();
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();

  async function say({ text, settings }: Strike, signal: AbortSignal): Promise<SpeechEnding> {
    const { language, voice: name, rate, volume } = settings;
    const now = clock.steadyNow();
    const passedOver = new Set([...silent].filter(([, until]) => until > now).map(([uri]) => uri));
    const voice = pickVoice(await voices(), { language, name }, passedOver);
    const words = { text, lang: tagFor(voice, language), voice, rate, volume };
    const ending = await speech.say(words, signal);
    if (ending === 'spoken') failures = 0;
    if (ending === 'failed') {
      if (voice !== undefined) silent.set(voice.voiceURI, clock.steadyNow() + SILENT_VOICE_MS);
      if (++failures >= FAILURES_BEFORE_REST) restsUntil = clock.steadyNow() + REST_MS;
    }
    return ending;
  }

  async function sound(strike: Strike, signal: AbortSignal): Promise<Ending> {
    const { kind, settings, isWordless = false, insists = false } = strike;
    const melody = { kind, tone: settings.tone, volume: settings.volume };
    const isResting = failures >= FAILURES_BEFORE_REST && clock.steadyNow() < restsUntil;
    const speaks = !isWordless && (insists || !isResting);
    let chimed = settings.chime || !speaks ? await chime.play(melody, signal) : undefined;
    if (chimed === 'cancelled') return chimed;
    const spoken = speaks ? await say(strike, signal) : undefined;
    if (spoken === 'spoken' || spoken === 'cancelled') return spoken;
    chimed ??= await chime.play(melody, signal);
    return chimed === 'failed' && spoken === 'refused' ? spoken : chimed;
  }

  return {
    get isFree() {
      return waiting === 0;
    },
    strike(strike, signal) {
      waiting++;
      const turn = last
        .then(() => sound(strike, signal))
        .catch((): Ending => 'failed')
        .finally(() => waiting--);
      last = turn;
      return turn;
    },
    refresh() {
      failures = 0;
      silent.clear();
    },
  };
}
