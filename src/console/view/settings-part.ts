/** A group of the settings: its fields under one heading, and how they get to show what is chosen. */

import type { Settings } from '../browser/settings.ts';
import { el } from './dom.ts';
import type { LaterContext } from './later-context.ts';

export interface SettingsPart {
  readonly node: HTMLElement;
  /** What is chosen is another thing now. */
  show(settings: Settings): void;
  /** The dialog opens. */
  onOpen?(): void;
}

export type SettingsContext = Pick<LaterContext, 'text' | 'intents'>;

export function group(title: string, ...children: readonly Node[]): HTMLElement {
  return el('fieldset', { class: 'group' }, el('legend', {}, title), ...children);
}
