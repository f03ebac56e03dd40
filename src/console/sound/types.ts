/** What the page and its sound agree on. */

import type { Alert } from '../../client/types.ts';
import type { EventName, EventType } from '../../domain/event-kinds.ts';
import type { ToneName } from './tones.ts';

export type Language = 'zh' | 'en';

/** Each phrase that the merchant may word otherwise. */
export type TextKey = EventName | `${EventName}Several` | 'linkLost';

/** What the merchant may choose; kept by the page. */
export interface SoundSettings {
  readonly muted: boolean;
  readonly language: Language;
  /** The name of a voice of this browser; else a local one of the language. */
  readonly voice?: string;
  /** Of speech, 0.5 to 2. */
  readonly rate: number;
  /** 0 to 1, of speech and chime. */
  readonly volume: number;
  /** A chime before the words. */
  readonly chime: boolean;
  /** Of the chime. */
  readonly tone: ToneName;
  /** Rings again after this time until it is acknowledged; 0 rings once. */
  readonly repeatSeconds: number;
  /** Rings on and on until it is acknowledged: then not each ring has its words. */
  readonly untilHandled: boolean;
  /** The words of each ring; `{content}`, `{orderId}` and, of several, `{count}` are filled in. Empty is the default. */
  readonly texts: Readonly<Record<TextKey, string>>;
}

/** `locked`: the browser lets nothing sound before the first click. `follower`: another tab is the one that speaks. */
export type SoundState = 'locked' | 'speaking-tab' | 'follower' | 'muted' | 'unavailable';

/** `lost`: the network or the service is away. `signed-out`: a person has to sign in. */
export type LossReason = 'lost' | 'signed-out';

export interface Sound {
  readonly state: SoundState;
  /** Neither voice nor chime came out when something last was to sound in this tab. */
  readonly hasFailed: boolean;
  /** The ids of the events that were said or chimed to the end, here or in another tab; not all of those that are closed. */
  sounded(): { has(eventId: string): boolean };
  /** To be called from within a click or key press; safe to call at each. */
  unlock(): void;
  configure(settings: SoundSettings): void;
  /** All open alerts, whenever they change: the new ones ring, those that are gone fall silent. */
  ring(open: readonly Alert[]): void;
  /** Undefined: no alert is kept away. Else why none has come for a while: the words follow from it. */
  linkLost(why: LossReason | undefined): void;
  /** Lets it sound, in a click, and sounds at once where nothing else rings: the person hears that it works. */
  greet(): void;
  /** Says the phrase of one kind, whatever tab this is. Resolves with how it ended. */
  test(type: EventType): Promise<'spoken' | 'chimed' | 'failed'>;
  /** Plays a tone, chosen or not: its new order, then its reminder. What it played before falls silent. */
  testTone(tone: ToneName): Promise<'chimed' | 'failed'>;
  /** Names of the voices that there are now, those of the language first. */
  voices(): readonly { readonly name: string; readonly lang: string; readonly local: boolean }[];
  stop(): void;
}
