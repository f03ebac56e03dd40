/** The words of what is loaded on demand. A language that lacks one of these does not compile. */

import type { PairingState } from '../pairing/pairing.ts';
import type { PushState } from '../push/web-push.ts';
import type { ToneName } from '../sound/tones.ts';
import type { TextKey } from '../sound/types.ts';
import type { DayStrings } from './day-strings.ts';
import type { Strings } from './strings.ts';

export interface LaterStrings {
  readonly days: DayStrings;
  /** What became of one order. */
  readonly timeline: {
    heading(number: string): string;
    readonly loading: string;
    readonly failed: string;
    readonly done: string;
    readonly plain: Readonly<
      Record<
        | 'created'
        | 'paid'
        | 'reminded'
        | 'waits'
        | 'published'
        | 'logged'
        | 'broadcast'
        | 'expired'
        | 'accepted'
        | 'cancelled',
        string
      >
    >;
    readonly atTill: Readonly<Record<'seen' | 'spoken' | 'acknowledged', (till: string) => string>>;
    escalated(targets: string): string;
    delivered(target: string): string;
    undelivered(target: string): string;
    underway(target: string): string;
    seconds(count: string): string;
    minutes(count: string): string;
    hours(count: string): string;
  };
  readonly settings: {
    readonly heading: string;
    readonly done: string;
    readonly till: string;
    readonly tillName: string;
    readonly tillHint: string;
    readonly undo: string;
    readonly undoHint: string;
    readonly sound: string;
    readonly volume: string;
    readonly rate: string;
    readonly voice: string;
    readonly anyVoice: string;
    remoteVoice(name: string): string;
    readonly chime: string;
    readonly tone: string;
    readonly toneHint: string;
    readonly tones: Readonly<Record<ToneName, string>>;
    readonly listen: string;
    listenTo(tone: string): string;
    readonly untilHandled: string;
    readonly untilHandledHint: string;
    readonly repeat: string;
    readonly repeatHint: string;
    readonly late: string;
    readonly overdue: string;
    readonly overdueHint: string;
    test(kind: string): string;
    readonly tested: { readonly spoken: string; readonly chimed: string; readonly failed: string };
    readonly texts: string;
    readonly textsHint: string;
    readonly text: Readonly<Record<TextKey, string>>;
    readonly resetTexts: string;
    readonly push: string;
    readonly pushHint: string;
    readonly pushTurn: { readonly off: string; readonly on: string };
    readonly pushState: Readonly<Record<Exclude<PushState, 'unavailable' | 'off'>, string>>;
    readonly notifications: string;
    readonly notificationsHint: string;
    readonly allow: string;
    readonly allowed: string;
    readonly denied: string;
    readonly unsupported: string;
  };
  readonly signIn: {
    readonly heading: string;
    readonly explain: string;
    readonly refused: string;
    readonly expired: string;
    readonly removed: string;
    readonly cannotListen: string;
    readonly forbidden: string;
    readonly token: string;
    readonly submit: string;
  };
  /** Of a token that a link has brought. */
  readonly tokenOffer: {
    readonly heading: string;
    readonly explain: string;
    elsewhere(shop: string): string;
    readonly accept: string;
    readonly decline: string;
    /** Instead of `explain`, where the link has a pairing code. */
    readonly explainCode: string;
  };
  readonly pairing: {
    readonly explain: string;
    readonly code: string;
    readonly submit: string;
    readonly orToken: string;
    readonly state: Readonly<Record<Exclude<PairingState, 'idle'> | 'malformed', string>>;
  };
  /** The paired tills of the shop, for a person who may add and remove them. */
  readonly tills: {
    readonly heading: string;
    readonly hint: string;
    readonly none: string;
    readonly unnamed: string;
    paired(at: string, renewed: string): string;
    readonly remove: string;
    removeThis(name: string): string;
    readonly sure: string;
    readonly name: string;
    readonly add: string;
    codeUntil(time: string): string;
    readonly codeHint: string;
    readonly qr: string;
    readonly failed: string;
  };
}

/** All words of the page. */
export type AllStrings = Strings & LaterStrings;
