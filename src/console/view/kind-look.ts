/** How an alert of each kind looks: its colour, by a class of the style sheets, and its icon. */

import { type EventName, KNOWN_KINDS } from '../../domain/event-kinds.ts';
import type { ShownType } from '../model/alert-kinds.ts';
import type { IconName } from './icons.ts';

export interface KindLook {
  readonly className: string;
  readonly icon: IconName;
}

/** A kind without a look of its own is plain. */
const LOOKS: Partial<Record<EventName, KindLook>> = {
  paid: { className: 'order', icon: 'order' },
  reminded: { className: 'reminder', icon: 'reminder' },
};
const PLAIN: KindLook = { className: 'plain', icon: 'bell' };

export function lookOf(shown: ShownType): KindLook {
  const kind = KNOWN_KINDS.find(({ type }) => type === shown);
  return (kind && LOOKS[kind.name]) ?? PLAIN;
}
