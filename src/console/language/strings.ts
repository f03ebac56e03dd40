/** All words of the page. A language that lacks one of these does not compile. */

import type { Reason } from '../../client/types.ts';
import type { MuteFor } from '../browser/muting.ts';
import type { AlertKind, ShownType } from '../model/alert-kinds.ts';
import type { Language, TextKey } from '../sound/types.ts';

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
    /** Opens the settings. */
    readonly settings: string;
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
    /** Opens what became of an order. */
    readonly timeline: string;
    timelineOf(number: string): string;
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
  /** The way to earlier days. */
  readonly dayBar: {
    readonly label: string;
    readonly date: string;
    readonly previous: string;
    readonly next: string;
    readonly today: string;
    readonly searchAll: string;
  };
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
    /** Something was asked of a part that could not be loaded. */
    readonly part: string;
    readonly partHint: string;
    readonly loadAgain: string;
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
}

export type Languages = Readonly<Record<Language, Strings>>;
