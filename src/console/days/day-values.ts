/** What the page knows of an earlier day, and of what was sought. Types only. */

import type { LoggedAlert } from '../log/read-day.ts';

/** As the log shows it to those who ask by time or by number. */
export interface DayAlert extends LoggedAlert {
  readonly loggedAt: string;
  /** When its escalation ended without an answer. */
  readonly expiredAt?: string;
}

export interface DayPage {
  readonly epoch: string;
  readonly notifications: readonly DayAlert[];
  /** Where the next page goes on; null at the end. */
  readonly next: number | null;
}

export interface FoundPage extends DayPage {
  /** When the oldest that was looked at was logged. */
  readonly searchedTo: string | null;
}

/** What came of one type, what became of it, and how soon it was acknowledged. */
export interface KindNumbers {
  readonly type: number;
  readonly logged: number;
  readonly acknowledged: number;
  readonly resolved: number;
  readonly expired: number;
  readonly open: number;
  readonly escalated: number;
  readonly medianSeconds: number | null;
  readonly slowest: { readonly seconds: number } | null;
}

export interface DayNumbers {
  readonly epoch: string;
  /** When the oldest that is kept was logged; null of an empty log. */
  readonly keptFrom: string | null;
  /** False: of a very long day only the first alerts were counted. */
  readonly isWhole: boolean;
  readonly kinds: readonly KindNumbers[];
}

/** `lost` may pass; the others want a person first. */
export type DaysFault = 'lost' | 'signed-out' | 'refused';

/** Of what is shown and may still be on its way. */
interface Shown {
  readonly isReading: boolean;
  readonly fault: DaysFault | undefined;
  /** Which log the alerts are of; undefined before any was read. */
  readonly epoch: string | undefined;
  readonly alerts: readonly DayAlert[];
  /** There is more; null where there is not. */
  readonly next: number | null;
}

export interface ShownDay extends Shown {
  readonly name: 'day';
  readonly day: string;
  /** Undefined until they are read. */
  readonly numbers: DayNumbers | undefined;
}

export interface ShownSearch extends Shown {
  readonly name: 'search';
  /** Empty: nothing is sought yet. */
  readonly number: string;
  readonly searchedTo: string | null;
}

export type ShownDays = { readonly name: 'today' } | ShownDay | ShownSearch;
