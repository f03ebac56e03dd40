/**
 * The kinds of alerts that the page knows: those of the table, and `other` for what a later version of the
 * service sends. Guarantees that any alert has a kind, so that a page which stays open over an upgrade shows it plainly.
 */

import type { Alert } from '../../client/types.ts';
import { type EventName, type EventType, KNOWN_KINDS, kindOfType } from '../../domain/event-kinds.ts';

export type AlertKind = EventName | 'other';

/** By which the page's words are found. */
export type ShownType = EventType | 'other';

/** In the order in which they are counted up. */
export const SHOWN_TYPES: readonly ShownType[] = [...KNOWN_KINDS.map(({ type }) => type), 'other'];

const mostUrgentFirst = KNOWN_KINDS.toSorted((a, b) => b.urgency - a.urgency);

export const TYPES_BY_URGENCY: readonly ShownType[] = [...mostUrgentFirst.map(({ type }) => type), 'other'];
export const KINDS_BY_URGENCY: readonly AlertKind[] = [...mostUrgentFirst.map(({ name }) => name), 'other'];

export function kindOf({ type }: Pick<Alert, 'type'>): AlertKind {
  return kindOfType(type)?.name ?? 'other';
}

export function shownType({ type }: Pick<Alert, 'type'>): ShownType {
  return kindOfType(type)?.type ?? 'other';
}
