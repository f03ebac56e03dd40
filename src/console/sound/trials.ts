/** What sounds because a person asked for it, whatever tab this is and whether or not it is muted. */

import type { Alert } from '../../client/types.ts';
import { type EventType, fillTemplate, kindOfType } from '../../domain/event-kinds.ts';
import { kindOf } from '../model/alert-kinds.ts';
import type { Ending, SoundBell } from './bell.ts';
import type { RingKind } from './motifs.ts';
import { DEFAULT_TEXTS, phraseOf } from './phrases.ts';
import { hasSounded } from './striking.ts';
import type { ToneName } from './tones.ts';
import type { SoundSettings } from './types.ts';

export type TrialEnding = 'spoken' | 'chimed' | 'failed';

export interface Trials {
  /** Says the phrase of one kind; two presses at a time are one. */
  test(type: EventType): Promise<TrialEnding>;
  /** Plays a tone: its new order, then its reminder. What it played before falls silent. */
  testTone(tone: ToneName): Promise<'chimed' | 'failed'>;
  /** Says that the sound is on. */
  greet(): void;
  stop(): void;
}

export interface TrialOptions {
  readonly bell: SoundBell;
  settings(): SoundSettings;
  onEnded(ending: Ending): void;
}

const TONE_SAMPLES = ['paid', 'reminded'] as const;

export function createTrials({ bell, settings, onEnded }: TrialOptions): Trials {
  const running = new Map<EventType, Promise<TrialEnding>>();
  const stopping = new AbortController();
  let toneAbort = new AbortController();

  function strike(kind: RingKind, text: string): Promise<Ending> {
    return bell.strike({ kind, text, settings: settings(), insists: true }, stopping.signal);
  }

  async function sound(type: EventType): Promise<TrialEnding> {
    const kind = kindOf({ type });
    const ending = await strike(kind, phraseOf(kind, [sampleOf(type)], settings()));
    running.delete(type);
    onEnded(ending);
    return hasSounded(ending) ? ending : 'failed';
  }

  async function playTone(tone: ToneName): Promise<'chimed' | 'failed'> {
    toneAbort.abort();
    toneAbort = new AbortController();
    const { signal } = toneAbort;
    const strikes = TONE_SAMPLES.map((kind) =>
      bell.strike({ kind, text: '', settings: { ...settings(), tone }, isWordless: true }, signal),
    );
    const endings = await Promise.all(strikes);
    onEnded(endings.find((ending) => ending !== 'cancelled') ?? 'cancelled');
    return endings.includes('failed') || endings.includes('refused') ? 'failed' : 'chimed';
  }

  return {
    test(type) {
      const trial = running.get(type) ?? sound(type);
      running.set(type, trial);
      return trial;
    },
    greet() {
      void strike('paid', DEFAULT_TEXTS[settings().language].soundOn).then(onEnded);
    },
    testTone: playTone,
    stop() {
      stopping.abort();
      toneAbort.abort();
    },
  };
}

/** An alert of the kind, to test the sound with. */
function sampleOf(type: EventType): Pick<Alert, 'orderId' | 'content'> {
  const template = kindOfType(type)?.template ?? '';
  return { orderId: 1024, content: fillTemplate(template, 1024, '2025030617143500001') };
}
