/** All words of the page. A language that lacks one of these does not compile. */

import type { Reason } from '../../client/types.ts';
import type { MuteFor } from '../browser/muting.ts';
import type { AlertKind, ShownType } from '../model/alert-kinds.ts';
import type { PairingState } from '../pairing/pairing.ts';
import type { PushState } from '../push/web-push.ts';
import type { ToneName } from '../sound/tones.ts';
import type { Language, TextKey } from '../sound/types.ts';
import type { DayStrings } from './day-strings.ts';

export interface Strings {
  /** For `lang` and Intl. */
  readonly lang: string;
  readonly listSeparator: string;
  readonly language: { readonly name: string; readonly switchTo: string; readonly switchLabel: string };
  readonly page: {
    readonly name: string;
    /** Of the document, with so many open alerts. */
    title(open: number): string;
    shop(id: string): string;
    readonly defaultShop: string;
    readonly header: string;
  };
  readonly kind: Readonly<Record<ShownType, string>>;
  readonly several: Readonly<Record<ShownType, (count: number) => string>>;
  /** Aloud, unless the merchant has worded it otherwise; `sound/phrases.ts` lists what is filled in. */
  readonly phrases: Readonly<
    Record<TextKey | AlertKind | `${AlertKind}Several` | 'signedOut' | 'soundOn', string>
  >;
  readonly alert: {
    readonly number: string;
    /** What else an order is known by. */
    also(number: string): string;
    readonly justNow: string;
    readonly acknowledge: string;
    readonly acknowledgeAll: string;
    /** For those who do not see which card a button is on. */
    acknowledgeThis(kind: string, number: string): string;
    acknowledgeAllThese(several: string): string;
    /** The name of a link begins with its words. */
    readonly viewOrder: string;
    viewOrderThis(number: string): string;
    each(count: number): string;
    more(count: number): string;
    readonly done: string;
    /** Others were told of it, since the shop has not dealt with it; `targets` may be empty. */
    escalated(targets: string, at: string): string;
  };
  /** What became of one order. */
  readonly timeline: {
    readonly open: string;
    openThis(number: string): string;
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
  readonly popUps: {
    readonly heading: string;
    readonly none: string;
    readonly noneHint: string;
    /** Instead, while the page cannot know. */
    readonly unknown: string;
    readonly unknownHint: string;
    readonly shortcuts: string;
    readonly shortcutNext: string;
    readonly shortcutAll: string;
  };
  readonly undo: { readonly label: string; readonly undo: string; done(count: number): string };
  readonly confirmAll: {
    heading(count: number): string;
    readonly explain: string;
    readonly yes: string;
    readonly no: string;
  };
  readonly list: {
    readonly heading: string;
    readonly search: string;
    readonly searchHint: string;
    readonly show: string;
    readonly all: string;
    readonly open: string;
    readonly acknowledged: string;
    readonly notRead: string;
    readonly noneToday: string;
    readonly noneFound: string;
    readonly showMore: string;
    readonly cut: string;
    found(count: number): string;
    readonly status: {
      readonly open: string;
      readonly pending: string;
      /** Acknowledged here, and can be undone. */
      readonly held: string;
      acknowledged(by: string, at: string): string;
      /** By upstream: at another front end, for instance. */
      accepted(at: string): string;
      cancelled(at: string): string;
    };
  };
  readonly days: DayStrings;
  readonly till: {
    readonly own: string;
    ownNamed(name: string): string;
    unnamed(mark: string): string;
  };
  readonly link: {
    readonly label: string;
    readonly live: string;
    readonly reading: string;
    readonly connecting: string;
    readonly catchingUp: string;
    readonly offline: string;
    waiting(seconds: number): string;
    readonly replaced: string;
    readonly signedOut: string;
    readonly refused: string;
    readonly why: Readonly<Record<Reason, string>>;
  };
  readonly banner: {
    readonly outdated: string;
    readonly outdatedHint: string;
    readonly reload: string;
    readonly label: string;
    readonly soundOff: string;
    readonly soundOffHint: string;
    readonly turnSoundOn: string;
    readonly lost: string;
    readonly lostHint: string;
    unsent(count: number): string;
    readonly replaced: string;
    readonly replacedHint: string;
    readonly takeOver: string;
    mutedUntil(time: string): string;
    readonly zero: string;
    readonly silentHint: string;
    /** Neither voice nor chime came out. */
    readonly failed: string;
    readonly failedHint: string;
    readonly trySound: string;
    readonly unmute: string;
    /** The token's end. */
    tokenEnds(time: string): string;
    readonly tokenHint: string;
    refused(shop: string): string;
    readonly refusedHint: string;
  };
  readonly sound: {
    readonly on: string;
    readonly mute: string;
    readonly restore: string;
    readonly turnOn: string;
    readonly locked: string;
    mutedUntil(time: string): string;
    readonly zero: string;
    readonly failed: string;
    readonly tryAgain: string;
    readonly elsewhere: string;
    readonly unavailable: string;
    /** While this till makes no sound. */
    readonly anotherSounds: string;
    readonly noneSounds: string;
  };
  /** By `MuteFor`, and what is asked. */
  readonly muting: Readonly<Record<MuteFor | 'heading' | 'explain' | 'cancel', string>>;
  readonly settings: {
    readonly open: string;
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

export type Languages = Readonly<Record<Language, Strings>>;
