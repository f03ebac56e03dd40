/** What the views are given to show, and what they can ask for. Types only. */

import type { Alert } from '../../client/types.ts';
import type { EventType } from '../../domain/event-kinds.ts';
import type { Offer } from '../browser/access.ts';
import type { MuteFor } from '../browser/muting.ts';
import type { Settings } from '../browser/settings.ts';
import type { Permission } from '../browser/system-notifications.ts';
import type { DayBrowser } from '../days/browse-days.ts';
import type { Formats } from '../language/formats.ts';
import type { Strings } from '../language/strings.ts';
import type { HeldPress } from '../link/held-acks.ts';
import type { LinkState } from '../link/link-state.ts';
import type { FetchTimeline } from '../log/request-timeline.ts';
import type { Alerts } from '../model/alerts.ts';
import type { Pairing } from '../pairing/pairing.ts';
import type { PushState } from '../push/web-push.ts';
import type { ShopHearing } from '../shop/request-presence.ts';
import type { ToneName } from '../sound/tones.ts';
import type { Sound, SoundState } from '../sound/types.ts';

export interface PageState {
  readonly alerts: Alerts;
  /** Of `alerts`, those that ring; oldest first. */
  readonly open: readonly Alert[];
  /** The order that a reminder is about, where it is among `alerts`. */
  orderOf(reminder: Alert): Alert | undefined;
  /** The last press that can be undone. */
  readonly undoable: HeldPress | undefined;
  /** Acknowledged here, and not sent yet. */
  readonly held: ReadonlySet<number>;
  /** Those that the person is asked about before all are acknowledged. */
  readonly asked: readonly number[] | undefined;
  /** Which day the person looks at; today rings all the same. */
  readonly days: Pick<DayBrowser, 'shown' | 'keptFrom'>;
  readonly link: LinkState;
  /** Of another token than the one in use, which a link has brought. */
  readonly offer: Offer | undefined;
  /** The link has not been live for longer than a short break. */
  readonly isLost: boolean;
  /** Something was asked of a part of the page that could not be loaded. */
  readonly isPartMissing: boolean;
  /** The service has another build of this page. */
  readonly isOutdated: boolean;
  readonly sound: SoundState;
  /** Neither voice nor chime came out when something last was to sound here. */
  readonly hasFailed: boolean;
  readonly settings: Settings;
  readonly permission: Permission;
  readonly push: PushState;
  /** Where an order is shown, with its id to be filled in; undefined where that is nowhere, or not known yet. */
  readonly orderUrl: string | undefined;
  /** Whether any till of the shop can sound; undefined where that is not known. */
  readonly shopHearing: ShopHearing | undefined;
  readonly pairing: Pick<Pairing, 'state' | 'isOffered'>;
  /** The service has removed the till that this browser was. */
  readonly wasRemoved: boolean;
  /** The token in use may pair tills and remove them. */
  readonly canOperate: boolean;
  /** This tab's. */
  readonly sid: string;
  /** Of the token in use, in milliseconds since 1970; undefined where there is none, or no end. */
  readonly tokenEndsAt: number | undefined;
  /** Milliseconds since 1970, by the service's clock as soon as that is known. */
  readonly now: number;
}

export interface Intents {
  acknowledge(seqs: readonly number[]): void;
  /** Without what came in the last moment; asks first where they are many. */
  acknowledgeAll(seqs: readonly number[]): void;
  answerAll(isSure: boolean): void;
  undo(): void;
  /** From within a click or a key press. */
  unlockSound(): void;
  mute(choice: MuteFor): void;
  /** Sounds once more, as for a new order: nothing came out last time. */
  trySound(): void;
  /** Ends muting, and a volume of nothing. */
  unmute(): void;
  changeSettings(change: Partial<Settings>): void;
  switchLanguage(): void;
  testSound(type: EventType): ReturnType<Sound['test']>;
  testTone(tone: ToneName): ReturnType<Sound['testTone']>;
  voices(): ReturnType<Sound['voices']>;
  askForNotifications(): void;
  /** From within a click: Web Push on or off. */
  turnPush(): void;
  signIn(token: string): void;
  /** Becomes a till of the shop by these six digits. */
  pair(code: string): void;
  acceptToken(): void;
  declineToken(): void;
  takeOver(): void;
  readonly days: Omit<DayBrowser, 'shown' | 'keptFrom' | 'logChanged'>;
  reload(): void;
  /** Once more, what was asked of a part that could not be loaded. */
  loadAgain(): void;
  /** Rejects where the service does not answer. */
  readTimeline(orderId: Alert['orderId']): ReturnType<FetchTimeline>;
}

/** What a view needs all its life; another language is another view. */
export interface ViewContext {
  readonly text: Strings;
  readonly formats: Formats;
  readonly shop: string;
  readonly intents: Intents;
}

export interface View {
  readonly node: HTMLElement;
  render(page: PageState): void;
}
